#!/bin/sh
# Fuzzes for as long as one likes: fuzz.sh [TARGET...|all] [--seconds N|--runs N]. README.md tells more.
set -eu

module=$(dirname -- "$(readlink -f -- "$0")")
home=$(readlink -f -- "$module/../..")

case ${1:-} in
--help | -h)
    cat <<'END'
itests/io.mnedc.fuzz/fuzz.sh [TARGET...|all] [--seconds N | --runs N]
Gives new inputs to the targets, one after the other, for so long or so many each (default: all, 60 seconds).
Status 1 after a finding, whose input is in target/fuzz/TARGET/findings. What a run has learned is kept in
target/fuzz/TARGET/corpus and used by the next one, until `mvn clean`.
Targets: see README.md. Environment: JAVA_HOME; MNEDC_BUILD=no, no build.
END
    exit 0
    ;;
esac

if [ "${MNEDC_BUILD:-}" != no ] || [ ! -f "$module/target/classpath" ]; then
    (cd -- "$home" && mvn -q -B -ntp -DskipTests -Dfuzz.skip=false -Dfuzz.seconds=0 -Djacoco.skip -Dspotless.check.skip \
        -pl itests/io.mnedc.fuzz -am verify) >&2
fi
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -Xmx128m "-Dmnedc.home=$home" \
    -cp "$(cat -- "$module/target/classpath")" io.mnedc.fuzz.Fuzz "$@"
