package io.mnedc.itests.arch;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.mnedc");

    static Stream<Part> parts() {
        return Part.all();
    }

    @ParameterizedTest
    @MethodSource("parts")
    void aBundleUsesOnlyWhatTheDesignAllows(Part part) {
        classes()
                .that(part.members())
                .should()
                .onlyDependOnClassesThat(part.allowed())
                .check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("parts")
    void onlyTheChosenBundlesExportAndOnlyPackagesOfTheirOwn(Part part) throws IOException {
        Attributes manifest = manifest(part);
        String exported = manifest.getValue("Export-Package");
        if (!part.exports()) {
            assertThat(exported).isNull();
            return;
        }
        assertThat(exported).isNotNull();
        String names = exported.replaceAll("\"[^\"]*\"", "");
        for (String clause : names.split(",", -1)) {
            assertThat(Part.owner(clause.split(";", -1)[0])).as(clause).isEqualTo(part.bundle());
            assertThat(clause).contains("version=");
        }
    }

    @Test
    void everyBundleIsInTheTable() throws IOException {
        try (Stream<Path> directories = Files.list(Path.of("../../bundles"))) {
            assertThat(directories
                            .filter(Files::isDirectory)
                            .map(each -> each.getFileName().toString())
                            .filter(name -> name.startsWith("io.mnedc.")))
                    .containsExactlyInAnyOrderElementsOf(
                            Part.all().map(Part::bundle).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("parts")
    void aBundleWantsNoNewerGatewayThanThereIs(Part part) throws IOException {
        Attributes manifest = manifest(part);
        String required = String.valueOf(manifest.getValue("Require-Capability"));
        assertThat(required).doesNotContain("JavaSE)(version=18", "JavaSE)(version=2");
        if (required.contains("osgi.component")) {
            assertThat(required).contains("(version>=1.4.0)");
        }
        String imports = String.valueOf(manifest.getValue("Import-Package"));
        if (imports.contains("org.slf4j")) {
            assertThat(imports).containsPattern("org\\.slf4j;version=\"\\[1\\.7,3\\)\"");
        }
        if (imports.contains("org.osgi.framework;")) {
            // Kura 5 has OSGi R7
            assertThat(imports).contains("org.osgi.framework;version=\"[1.9,2)\"");
        }
        assertThat(imports)
                .doesNotContain("org.jspecify")
                .doesNotContainPattern("io\\.netty[^;,]*;version=\"\\[4\\.1\\.");
        assertThat(manifest.getValue("DynamicImport-Package")).isNull();
    }

    /** What devices seal the relay cannot open: it has nothing to do with ciphers. */
    @Test
    void theRelayUsesNoCipher() {
        noClasses()
                .that(Part.of("io.mnedc.relay").members())
                .should()
                .dependOnClassesThat()
                .resideInAPackage("javax.crypto..")
                .check(CLASSES);
    }

    /** The range above lets a bundle start there; these methods would be missing when they are called. */
    @Test
    void nobodyCallsWhatOlderFrameworksLack() {
        noClasses()
                .should()
                .callMethod("org.osgi.framework.FrameworkUtil", "asDictionary", "java.util.Map")
                .orShould()
                .callMethod("org.osgi.framework.FrameworkUtil", "asMap", "java.util.Dictionary")
                .check(CLASSES);
    }

    @Test
    void aGuestEndsNoProcessAndHooksNothingIntoIt() {
        noClasses()
                // commands of the launcher are no guests: the process is theirs
                .that()
                .resideOutsideOfPackage("io.mnedc.security.tool")
                .and()
                // what ZooKeeper reads as it loads, put back at once; ServerInRelayIT looks for what is left
                .doNotHaveFullyQualifiedName("io.mnedc.cluster.server.Preparation")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .callMethod(Runtime.class, "addShutdownHook", Thread.class)
                .orShould()
                .callMethod(System.class, "setProperty", String.class, String.class)
                .check(CLASSES);
    }

    /** So a package can be read and moved without those that use it. */
    @ParameterizedTest
    @ValueSource(strings = {"io.mnedc.device", "io.mnedc.relay", "io.mnedc.security"})
    void packagesOfABundleMakeNoCycle(String bundle) {
        slices().matching("io.mnedc.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES.that(resideInAPackage(bundle + "..")));
    }

    /** Everything in the process gets its cryptography by that list. Providers are named where they are used. */
    @Test
    void nobodyChangesTheListOfProvidersOfTheProcess() {
        noClasses()
                .should()
                .callMethod(Security.class, "addProvider", Provider.class)
                .orShould()
                .callMethod(Security.class, "insertProviderAt", Provider.class, int.class)
                .orShould()
                .callMethod(Security.class, "removeProvider", String.class)
                .check(CLASSES);
    }

    /** So a relay has no code that could seal, open, or take part in a handshake between devices. */
    @Test
    void onlyDevicesKnowOfSealing() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.mnedc.device..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.mnedc.device.seal")
                .check(CLASSES);
    }

    @Test
    void threadsAreNamed() {
        noClasses()
                .should()
                .callConstructor(Thread.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .orShould()
                .callConstructor(java.util.Timer.class)
                .check(CLASSES);
    }

    private static Attributes manifest(Part part) throws IOException {
        Attributes manifest = manifests().get(part.bundle());
        if (manifest == null) {
            throw new AssertionError("bundle " + part + " is not on the class path as a jar");
        }
        return manifest;
    }

    private static Map<String, Attributes> manifests() throws IOException {
        Map<String, Attributes> found = new TreeMap<>();
        for (URL url : Collections.list(ArchitectureTest.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (InputStream in = url.openStream()) {
                Attributes attributes = new Manifest(in).getMainAttributes();
                String name = attributes.getValue("Bundle-SymbolicName");
                if (name != null) {
                    found.put(name.split(";", -1)[0], attributes);
                }
            }
        }
        return found;
    }
}
