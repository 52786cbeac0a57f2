package io.mnedc.itests.gateway;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;

/**
 * What the JDK keeps of the class that it saw last. JDK 17 links equals, hashCode and toString of records with a few
 * constant method handles, each of which remembers the last type it was adapted to, and with it that type's class
 * loader: one loader at most, until the next record is linked. Nothing that grows; but a test that wants to see a loader
 * collected has to link another record first.
 */
public final class JdkCaches {
    private JdkCaches() {}

    private record Another(Thread value) {}

    /** Lets the JDK remember a record of ours instead of whichever it saw last. */
    public static void forgetLastRecord() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MethodHandle getter = lookup.findVirtual(Another.class, "value", MethodType.methodType(Thread.class));
            link(lookup, "equals", MethodType.methodType(boolean.class, Another.class, Object.class), getter);
            link(lookup, "hashCode", MethodType.methodType(int.class, Another.class), getter);
            link(lookup, "toString", MethodType.methodType(String.class, Another.class), getter);
        } catch (Throwable e) {
            throw new AssertionError("records are linked otherwise here", e);
        }
    }

    private static void link(MethodHandles.Lookup lookup, String method, MethodType type, MethodHandle getter)
            throws Throwable {
        ObjectMethods.bootstrap(lookup, method, type, Another.class, "value", getter);
    }
}
