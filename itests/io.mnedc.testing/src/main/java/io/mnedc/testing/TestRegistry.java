package io.mnedc.testing;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;

/**
 * A bundle's context with a registry of its own, for tests of components without a framework. The bundle has the version
 * 1.2.3.SNAPSHOT, and the framework has no properties.
 */
public final class TestRegistry {
    private static final class Registered {
        final Class<?> type;
        final Object service;
        volatile @Nullable Object properties;

        Registered(Class<?> type, Object service, @Nullable Object properties) {
            this.type = type;
            this.service = service;
            this.properties = properties;
        }
    }

    private final List<Registered> all = new CopyOnWriteArrayList<>();
    private final BundleContext context = fake(BundleContext.class, this::called);
    private volatile @Nullable Path storage;
    private volatile @Nullable Class<?> refused;
    private final Map<Class<?>, Runnable> listeners = new ConcurrentHashMap<>();

    /** {@return the context of the component's bundle} */
    public BundleContext context() {
        return context;
    }

    /** Gives the bundle a storage area; before, it has none. */
    public void storage(Path area) {
        storage = area;
    }

    /** Has the next registration of a service of this type fail, as that of a framework that has no memory left. */
    public void refuseOnce(Class<?> type) {
        refused = type;
    }

    /** Calls this when a service of this type comes or goes, on the thread that registers or withdraws it, as a framework does. */
    public void listen(Class<?> type, Runnable listener) {
        listeners.put(type, listener);
    }

    private void tell(Class<?> type) {
        listeners.getOrDefault(type, () -> {}).run();
    }

    /** {@return the services that are registered now, by their types} */
    public Map<Class<?>, Object> services() {
        Map<Class<?>, Object> services = new HashMap<>();
        all.forEach(each -> services.put(each.type, each.service));
        return services;
    }

    /** {@return the services of a type that are registered now} */
    public <T> List<T> services(Class<T> type) {
        return all.stream()
                .filter(each -> each.type == type)
                .map(each -> type.cast(each.service))
                .toList();
    }

    /** {@return a property of each service of a type that is registered now, as text} */
    public List<String> properties(Class<?> type, String name) {
        return all.stream()
                .filter(each -> each.type == type)
                .map(each -> each.properties instanceof Dictionary<?, ?> values ? String.valueOf(values.get(name)) : "")
                .toList();
    }

    private @Nullable Object called(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "getBundle" -> fake(Bundle.class, (bundle, called, none) -> new Version("1.2.3.SNAPSHOT"));
            case "getProperty" -> null;
            case "getDataFile" -> {
                Path area = storage;
                yield area == null ? null : area.toFile();
            }
            case "registerService" -> register(types(arguments[0], arguments[1]), arguments[1], arguments[2]);
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }

    private static List<Class<?>> types(Object named, Object service) {
        if (named instanceof Class<?> type) {
            return List.of(type);
        }
        List<Class<?>> types = new ArrayList<>();
        for (String name : (String[]) named) {
            try {
                types.add(Class.forName(name, false, service.getClass().getClassLoader()));
            } catch (ClassNotFoundException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return types;
    }

    private ServiceRegistration<?> register(List<Class<?>> types, Object service, @Nullable Object properties) {
        if (types.stream().anyMatch(type -> type.equals(refused))) {
            refused = null;
            throw new OutOfMemoryError("of a test");
        }
        List<Registered> registered = types.stream()
                .map(type -> new Registered(type, service, properties))
                .toList();
        all.addAll(registered);
        types.forEach(this::tell);
        return fake(ServiceRegistration.class, (self, method, arguments) -> {
            switch (method.getName()) {
                case "unregister" -> {
                    types.forEach(this::tell);
                    all.removeAll(registered);
                }
                case "setProperties" -> registered.forEach(each -> each.properties = arguments[0]);
                default -> throw new UnsupportedOperationException(method.getName());
            }
            return null;
        });
    }

    /** {@return a reference to a service that has this one property, and a rank beside others made here} */
    public static <T> ServiceReference<T> reference(Class<T> type, String property, String value, int ranking) {
        @SuppressWarnings("unchecked")
        ServiceReference<T> reference =
                fake(ServiceReference.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getProperty" -> arguments[0].equals(property) ? value : ranking;
                    case "compareTo" ->
                        Integer.compare(
                                ranking, (int) ((ServiceReference<?>) arguments[0]).getProperty("service.ranking"));
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> type.getSimpleName() + " " + value;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return reference;
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(TestRegistry.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
