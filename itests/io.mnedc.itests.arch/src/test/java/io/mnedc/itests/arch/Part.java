package io.mnedc.itests.arch;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bundle and what it may use. This is the table of the design; a change here changes the design.
 *
 * @param bundle its symbolic name, which is its root package
 * @param exports whether others may import its packages
 * @param bundles the bundles that it may use
 * @param libraries packages of others that it may use, beside the JDK, annotations and slf4j
 */
record Part(String bundle, boolean exports, Set<String> bundles, Set<String> libraries) {
    private static final String API = "io.mnedc.api";
    private static final String SETTINGS = "io.mnedc.settings";
    private static final String FILES = "io.mnedc.files";
    private static final String WORK = "io.mnedc.work";
    private static final String CODEC = "io.mnedc.codec";
    private static final String TRANSPORT = "io.mnedc.transport";
    private static final String SECURITY = "io.mnedc.security";
    private static final String LIBC = "io.mnedc.libc";
    private static final String OSGI = "org.osgi";
    private static final String SLF4J = "org.slf4j";
    private static final String NETTY = "io.netty";

    /** No byte code remains of these, or nobody misses it. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "org.osgi.annotation",
            "org.osgi.service.component.annotations",
            "org.osgi.service.metatype.annotations",
            "org.jspecify.annotations",
            "com.google.errorprone.annotations");

    static Stream<Part> all() {
        return Stream.of(
                new Part(API, true, Set.of(), Set.of()),
                // these three are no bundles at run time: others hold them privately
                new Part(SETTINGS, false, Set.of(API), Set.of(OSGI, SLF4J)),
                new Part(FILES, false, Set.of(API), Set.of()),
                new Part(WORK, false, Set.of(), Set.of(SLF4J)),
                new Part(CODEC, true, Set.of(), Set.of()),
                new Part(TRANSPORT, true, Set.of(API, CODEC), Set.of("javax.net.ssl", NETTY, SLF4J)),
                new Part(
                        SECURITY,
                        true,
                        Set.of(API, FILES, WORK),
                        Set.of("javax.net.ssl", "javax.security.auth.x500", "org.bouncycastle", SLF4J)),
                // no bundle of a gateway: the launcher runs it
                new Part("io.mnedc.security.tool", false, Set.of(API, FILES, SECURITY), Set.of()),
                new Part(
                        "io.mnedc.address",
                        false,
                        Set.of(API, SETTINGS, FILES, WORK),
                        Set.of("org.h2.mvstore", OSGI, SLF4J)),
                new Part(
                        "io.mnedc.relay",
                        false,
                        Set.of(API, SETTINGS, FILES, WORK, CODEC, TRANSPORT, SECURITY),
                        // its JSON writer lies in the bundle
                        Set.of("javax.management", "javax.net.ssl", "com.eclipsesource.json", OSGI, SLF4J)),
                new Part(LIBC, true, Set.of(), Set.of("com.sun.jna")),
                new Part("io.mnedc.tun", false, Set.of(API, LIBC), Set.of(OSGI, SLF4J)),
                // a test double: tests play the applications behind it
                new Part("io.mnedc.tun.memory", true, Set.of(API), Set.of(OSGI)),
                new Part(
                        "io.mnedc.device",
                        false,
                        Set.of(API, SETTINGS, FILES, WORK, CODEC, TRANSPORT, SECURITY),
                        Set.of("javax.net.ssl", OSGI, SLF4J)),
                new Part("io.mnedc.discovery", false, Set.of(API, SETTINGS), Set.of(OSGI, SLF4J)),
                new Part(
                        "io.mnedc.names",
                        false,
                        Set.of(API, SETTINGS, FILES, WORK),
                        Set.of("org.xbill.DNS", OSGI, SLF4J)),
                // nobody else knows DNS messages
                new Part("io.mnedc.finder", false, Set.of(API, WORK), Set.of("org.xbill.DNS", OSGI, SLF4J)),
                // the provider and its libraries lie in the bundle
                new Part(
                        "io.mnedc.rsa",
                        false,
                        Set.of(API, SETTINGS, WORK),
                        Set.of("org.apache.aries.rsa", "org.fusesource.hawtdispatch", OSGI, SLF4J)),
                // ZooKeeper lies in the bundle, and nobody else knows of it; a relay that joins asks another one
                new Part(
                        "io.mnedc.cluster",
                        false,
                        Set.of(API, SETTINGS, FILES, WORK, CODEC, TRANSPORT, SECURITY),
                        Set.of("javax.net.ssl", "javax.security.sasl", "org.apache.zookeeper", OSGI, SLF4J)),
                new Part("io.mnedc.shell", false, Set.of(API), Set.of(OSGI, "org.apache.felix.service.command")),
                // nobody else knows whose TLS that is
                new Part("io.mnedc.boringssl", false, Set.of(), Set.of("javax.net.ssl", "org.conscrypt", OSGI, SLF4J)),
                new Part(
                        "io.mnedc.health",
                        false,
                        Set.of(API, SETTINGS, WORK),
                        Set.of("org.apache.felix.hc.api", OSGI, SLF4J)),
                // nobody else knows of Kura
                new Part(
                        "io.mnedc.kura",
                        false,
                        Set.of(API, SETTINGS),
                        Set.of("javax.xml.parsers", "org.w3c.dom", "org.xml.sax", "org.eclipse.kura", OSGI, SLF4J)));
    }

    /** {@return the bundle with this name} */
    static Part of(String bundle) {
        return all().filter(part -> part.bundle.equals(bundle)).findFirst().orElseThrow();
    }

    /** {@return whose bundle a package belongs to: the longest bundle name that begins it} */
    static String owner(String packageName) {
        return all().map(Part::bundle)
                .filter(bundle -> within(packageName, bundle))
                .max((a, b) -> a.length() - b.length())
                .orElse("");
    }

    DescribedPredicate<JavaClass> members() {
        return DescribedPredicate.describe(
                "classes of " + bundle, type -> owner(type.getPackageName()).equals(bundle));
    }

    DescribedPredicate<JavaClass> allowed() {
        String names =
                Stream.of(bundles, libraries).flatMap(Set::stream).sorted().collect(Collectors.joining(", "));
        return DescribedPredicate.describe("of the bundle itself, the JDK or " + names, this::mayUse);
    }

    private boolean mayUse(JavaClass type) {
        String name = type.getBaseComponentType().getPackageName();
        String owner = owner(name);
        if (!owner.isEmpty()) {
            return owner.equals(bundle) || bundles.contains(owner);
        }
        return name.isEmpty()
                || within(name, "java")
                || within(name, "javax.crypto")
                || Stream.of(ANNOTATIONS, libraries).flatMap(Set::stream).anyMatch(each -> within(name, each));
    }

    private static boolean within(String packageName, String root) {
        return packageName.equals(root) || packageName.startsWith(root + ".");
    }

    @Override
    public String toString() {
        return bundle;
    }
}
