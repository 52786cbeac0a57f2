package io.mnedc.device;

/** The device's threads. */
final class Daemon {
    private Daemon() {}

    /**
     * {@return a thread that keeps no JVM alive, nor the class loader of whoever happens to start it, which would live on
     * after its bundle}
     */
    static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(Daemon.class.getClassLoader());
        return thread;
    }
}
