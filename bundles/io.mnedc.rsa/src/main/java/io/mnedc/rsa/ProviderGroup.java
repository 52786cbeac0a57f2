package io.mnedc.rsa;

import java.lang.reflect.Field;
import org.fusesource.hawtdispatch.Dispatch;
import org.fusesource.hawtdispatch.DispatchPriority;
import org.fusesource.hawtdispatch.internal.GlobalDispatchQueue;
import org.fusesource.hawtdispatch.internal.HawtThreadGroup;
import org.fusesource.hawtdispatch.internal.pool.SimplePool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group of HawtDispatch's threads. Before version 19 a JVM keeps each group in its parent until it is destroyed, and through it the
 * classes of this bundle, also those that were replaced by an update. HawtDispatch never destroys its own. It would use a destroyed one
 * again, so it gets another one then. All of this is inside of what this bundle embeds.
 */
final class ProviderGroup {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderGroup.class);

    private ProviderGroup() {}

    /** The group is destroyed when the last of its threads ends. */
    @SuppressWarnings("removal") // of no use, but harmless, since version 19
    static void endWithItsThreads() {
        try {
            ((ThreadGroup) field(pool()).get(pool())).setDaemon(true);
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.debug("the group of the provider's threads stays", e);
        }
    }

    /** The threads that are begun next are in another group. */
    static void renew() {
        try {
            SimplePool pool = pool();
            ThreadGroup before = (ThreadGroup) field(pool).get(pool);
            field(pool).set(pool, new HawtThreadGroup(queue().getDispatcher(), before.getName()));
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.debug("the group of the provider's threads stays", e);
        }
    }

    private static GlobalDispatchQueue queue() {
        return (GlobalDispatchQueue) Dispatch.getGlobalQueue(DispatchPriority.DEFAULT);
    }

    private static SimplePool pool() throws ReflectiveOperationException {
        Field workers = GlobalDispatchQueue.class.getDeclaredField("workers");
        workers.setAccessible(true);
        return (SimplePool) workers.get(queue());
    }

    private static Field field(SimplePool pool) throws ReflectiveOperationException {
        Field group = pool.getClass().getDeclaredField("group");
        group.setAccessible(true);
        return group;
    }
}
