package io.mnedc.itests.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that shows a newcomer the way names what is really there. */
class ArchitecturePageTest {
    /** {@code Class} or {@code Class.method}. */
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)(?:\\.([a-z]\\w+))?`");

    private static final Pattern PACKAGE = Pattern.compile("`(io\\.mnedc(?:\\.[a-z]+)+)`");

    /** Of this module. */
    private static final Set<String> TESTS = Set.of("ArchitectureTest");

    private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("io.mnedc");

    @Test
    void classesAndMethodsOfTheArchitecturePageExist() throws IOException {
        Map<String, List<JavaClass>> byName = new HashMap<>();
        CLASSES.forEach(each -> byName.computeIfAbsent(each.getSimpleName(), name -> new ArrayList<>())
                .add(each));
        List<String> wrong = new ArrayList<>();
        int found = 0;
        for (Matcher name = NAME.matcher(page()); name.find(); found++) {
            String method = name.group(2);
            List<JavaClass> named = byName.getOrDefault(name.group(1), List.of());
            boolean there = method == null
                    ? !named.isEmpty() || TESTS.contains(name.group(1))
                    : named.stream()
                            .flatMap(each -> each.getMethods().stream())
                            .anyMatch(each -> each.getName().equals(method));
            if (!there) {
                wrong.add(name.group());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(found).isGreaterThan(60);
    }

    @Test
    void packagesOfTheArchitecturePageExist() throws IOException {
        Matcher names = PACKAGE.matcher(page());
        int found = 0;
        for (; names.find(); found++) {
            assertThat(CLASSES.containPackage(names.group(1))).as(names.group()).isTrue();
        }
        assertThat(found).isGreaterThan(5);
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("../../docs/ARCHITECTURE.md"));
    }
}
