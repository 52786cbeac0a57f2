package io.mnedc.itests.agent;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** An object whose methods are called by name, so that nobody is wired to its package. */
record Service(@Nullable Object object) {
    /** What is done with a service. */
    @FunctionalInterface
    interface Use {
        String apply(Service service) throws Exception;
    }

    static String with(BundleContext context, String type, Use use) throws Exception {
        return with(context, type, null, use);
    }

    static String with(BundleContext context, String type, @Nullable String filter, Use use) throws Exception {
        ServiceReference<?> reference = reference(context, type, filter);
        Object object = context.getService(reference);
        if (object == null) {
            throw new IllegalStateException("no service " + type);
        }
        try {
            return use.apply(new Service(object));
        } finally {
            context.ungetService(reference);
        }
    }

    private static ServiceReference<?> reference(BundleContext context, String type, @Nullable String filter)
            throws InvalidSyntaxException {
        ServiceReference<?>[] references = context.getAllServiceReferences(type, filter);
        if (references == null) {
            throw new IllegalStateException("no service " + type);
        }
        return references[0];
    }

    /** Calls the method with this name and as many arguments. */
    Service call(String name, @Nullable Object... arguments) throws Exception {
        Object target = value();
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            for (Method method : methods(type)) {
                if (method.getName().equals(name) && fits(method, arguments)) {
                    method.setAccessible(true);
                    try {
                        return new Service(method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw new IllegalStateException(name + " of " + type, e.getCause());
                    }
                }
            }
        }
        throw new IllegalArgumentException("no method " + name + " in " + target.getClass());
    }

    /** The record that a method with one argument takes, made by its constructor with as many arguments. */
    Object argument(String name, Object... components) throws Exception {
        Class<?> type = methods(value().getClass()).stream()
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == 1)
                .findFirst()
                .orElseThrow()
                .getParameterTypes()[0];
        for (Constructor<?> each : type.getDeclaredConstructors()) {
            if (each.getParameterCount() == components.length) {
                return each.newInstance(components);
            }
        }
        throw new IllegalArgumentException(type + " is not made of " + components.length + " components");
    }

    private static List<Method> methods(Class<?> type) {
        return Arrays.asList(type.getDeclaredMethods());
    }

    private static boolean fits(Method method, @Nullable Object... arguments) {
        Class<?>[] types = method.getParameterTypes();
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            Object argument = arguments[i];
            Class<?> type = types[i] == int.class ? Integer.class : types[i];
            if (argument != null && !type.isInstance(argument)) {
                return false;
            }
        }
        return true;
    }

    /** The elements of an array. */
    List<Service> elements() {
        Service[] all = new Service[Array.getLength(value())];
        Arrays.setAll(all, i -> new Service(Array.get(value(), i)));
        return List.of(all);
    }

    Object value() {
        return Objects.requireNonNull(object, "a method returned nothing");
    }

    @Override
    public String toString() {
        return String.valueOf(object);
    }

    /** Arguments of a method that takes a map as a dictionary. */
    static Object dictionary(Map<String, Object> values) {
        return FrameworkUtil.asDictionary(values);
    }
}
