package io.mnedc.kura;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.kura.system.SystemService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What tells this gateway from the others that are made of the same image. */
final class GatewayId {
    /** Where the device looks for it. Keys with a dot in front are never published with a service. */
    static final String SETTING = ".mnedc.gateway.id";

    private static final Logger LOG = LoggerFactory.getLogger(GatewayId.class);
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._:-]{4,64}");
    private static final Pattern HARDWARE = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final Pattern REPEATED = Pattern.compile("(.)\\1*|(0+:)+0+|(f+:)+f+|0?1234567.*");

    /** What stands where nobody has put a serial number. */
    private static final Set<String> PLACEHOLDERS = Set.of(
            "unknown",
            "none",
            "null",
            "default",
            "default.string",
            "serial",
            "serialnumber",
            "sernum",
            "not.specified",
            "notspecified",
            "system.serial.number",
            "n.a",
            "empty",
            "invalid",
            "test",
            "undefined",
            "to.be.filled.by.o.e.m.");

    private GatewayId() {}

    /** {@return the serial number or else the primary network card's address; empty if there is neither} */
    static Optional<String> of(SystemService system) {
        try {
            Optional<String> serial = serial(system.getSerialNumber());
            return serial.isPresent() ? serial : hardware(system.getPrimaryMacAddress());
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("this Kura does not tell who it is", e);
            return Optional.empty();
        }
    }

    private static Optional<String> serial(@Nullable String told) {
        String text = told == null ? "" : told.trim();
        String low = text.toLowerCase(Locale.ROOT);
        boolean real = VALID.matcher(text).matches()
                && !REPEATED.matcher(low).matches()
                && !PLACEHOLDERS.contains(low.replaceAll("[_:-]", "."));
        return real ? Optional.of(text) : Optional.empty();
    }

    private static Optional<String> hardware(@Nullable String told) {
        String text = told == null ? "" : told.trim().toLowerCase(Locale.ROOT).replace('-', ':');
        return HARDWARE.matcher(text).matches() && !REPEATED.matcher(text).matches()
                ? Optional.of(text)
                : Optional.empty();
    }
}
