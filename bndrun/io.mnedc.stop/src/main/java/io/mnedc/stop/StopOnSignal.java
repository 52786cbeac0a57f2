package io.mnedc.stop;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/**
 * Stops the framework when the JVM is told to end (SIGTERM, Ctrl-C), which bnd's launcher leaves undone: bundles say
 * good-bye to their peers, and interfaces and files are closed.
 */
public final class StopOnSignal implements BundleActivator {
    /** Tells bnd's launcher to start this before any bundle, so that a start can be broken off too. */
    public static final boolean IMMEDIATE = true;

    private static final long BOUND_MILLIS = 10_000;

    @Override
    public void start(BundleContext context) {
        Framework framework = context.getBundle(0).adapt(Framework.class);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(framework), "mnedc-run-stop"));
    }

    @Override
    public void stop(BundleContext context) {
        // nothing to do: the launcher starts this once per JVM, and the hook finds a stopped framework then
    }

    private static void stop(Framework framework) {
        if (framework.getState() == Bundle.STOPPING) {
            return; // the caller that stops it also ends the JVM, and may be waiting for this thread
        }
        try {
            framework.stop();
            framework.waitForStop(BOUND_MILLIS);
        } catch (BundleException e) {
            System.err.println("the framework does not stop: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
