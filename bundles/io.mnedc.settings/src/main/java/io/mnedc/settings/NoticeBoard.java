package io.mnedc.settings;

import io.mnedc.api.notice.Notice;
import io.mnedc.api.text.PlainText;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** Publishes a component's {@link Notice}, one at a time. Its owner uses it by one thread at a time, under no lock. */
public final class NoticeBoard {
    private final String pid;
    private final Function<Notice, Runnable> publisher;
    private @Nullable Runnable withdraw;
    private String shown = "";

    /**
     * Publishes nothing yet.
     *
     * @param publisher registers a notice as a service, and answers what withdraws it
     */
    public NoticeBoard(String pid, Function<Notice, Runnable> publisher) {
        this.pid = pid;
        this.publisher = publisher;
    }

    /** Publishes in this framework; nothing yet. */
    public NoticeBoard(String pid, BundleContext context) {
        this(pid, notice -> {
            ServiceRegistration<Notice> said = context.registerService(Notice.class, notice, null);
            return () -> Services.withdraw(said);
        });
    }

    /** Shows a text in place of the one before; nothing if it is empty. */
    public void show(String text) {
        String plain = PlainText.of(text);
        if (plain.equals(shown)) {
            return;
        }
        Runnable before = withdraw;
        withdraw = null;
        shown = plain;
        if (before != null) {
            before.run();
        }
        if (!plain.isEmpty()) {
            withdraw = publisher.apply(new Notice(pid, plain));
        }
    }
}
