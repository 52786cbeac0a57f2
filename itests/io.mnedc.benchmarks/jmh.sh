#!/bin/sh
# Runs JMH benchmarks: jmh.sh [NAME...] [options of JMH], as `jmh.sh Seal -prof gc`. README.md tells more.
set -eu

module=$(dirname -- "$(readlink -f -- "$0")")
home=$(readlink -f -- "$module/../..")

if [ "${MNEDC_BUILD:-}" != no ] || [ ! -f "$module/target/classpath" ]; then
    (cd -- "$home" && mvn -q -B -ntp -DskipTests -Djacoco.skip -Dspotless.check.skip -pl itests/io.mnedc.benchmarks -am \
        package) >&2
fi
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$module/target/classes:$(cat -- "$module/target/classpath")" \
    org.openjdk.jmh.Main "$@"
