package io.mnedc.itests.osgi;

import io.mnedc.itests.gateway.Waits;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Uses services without keeping them. */
final class Services {
    private final BundleContext context;

    Services(BundleContext context) {
        this.context = context;
    }

    <S> boolean has(Class<S> type) {
        return context.getServiceReference(type) != null;
    }

    boolean hasOneWith(String filter) {
        try {
            return context.getAllServiceReferences(null, filter) != null;
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the answer of the service, empty if there is no service or no answer} */
    <S, T> Optional<T> ask(Class<S> type, Function<S, @Nullable T> question) {
        return ask(type, "(objectClass=*)", question);
    }

    /** The same of the service with these properties. */
    <S, T> Optional<T> ask(Class<S> type, String filter, Function<S, @Nullable T> question) {
        try {
            return context.getServiceReferences(type, filter).stream()
                    .findFirst()
                    .flatMap(reference -> ask(reference, question));
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private <S, T> Optional<T> ask(ServiceReference<S> reference, Function<S, @Nullable T> question) {
        S service = context.getService(reference);
        if (service == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(question.apply(service));
        } finally {
            context.ungetService(reference);
        }
    }

    /** Waits until the service is there and its answer is as wanted. */
    <S, T> T await(Class<S> type, Function<S, @Nullable T> question, Predicate<T> wanted) throws InterruptedException {
        return Waits.until(
                        type.getSimpleName(),
                        () -> ask(type, question),
                        answer -> answer.filter(wanted).isPresent())
                .orElseThrow();
    }
}
