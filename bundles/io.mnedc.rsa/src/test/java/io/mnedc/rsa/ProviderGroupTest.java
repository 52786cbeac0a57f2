package io.mnedc.rsa;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.testing.Await;
import java.io.File;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(200)
class ProviderGroupTest {
    /** As after an update of the bundle: nothing of the JVM may hold the classes of before. */
    @Test
    void classesOfAnEndedProviderAreCollectedAlsoIfItsThreadsWereBegunAgain() throws Exception {
        WeakReference<ClassLoader> loader = beginAndEnd();
        Await.until("the classes are collected", () -> {
            System.gc();
            return loader.get() == null;
        });
    }

    private static WeakReference<ClassLoader> beginAndEnd() throws Exception {
        List<URL> places = new ArrayList<>();
        for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            places.add(Path.of(place).toUri().toURL());
        }
        // not closed: threads of the provider still load classes while they end
        var loader = new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader()) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                if (name.startsWith("org.fusesource.hawtdispatch.jmx.")) {
                    throw new ClassNotFoundException(name + " is not in the bundle");
                }
                return super.findClass(name);
            }
        };
        Class<?> provider = loader.loadClass(Provider.class.getName());
        assertThat(provider.getClassLoader()).isSameAs(loader);
        Method begin = provider.getDeclaredMethod("begin");
        begin.setAccessible(true);
        Method end = provider.getDeclaredMethod("endThreads");
        end.setAccessible(true);
        for (int i = 0; i < 2; i++) {
            begin.invoke(null);
            Await.until("its threads run", () -> threads() > 0);
            end.invoke(null);
            Await.until("its threads end", () -> threads() == 0);
        }
        return new WeakReference<>(loader);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mnedc-rsa-calls-"))
                .count();
    }
}
