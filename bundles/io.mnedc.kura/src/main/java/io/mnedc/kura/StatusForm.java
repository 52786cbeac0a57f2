package io.mnedc.kura;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.kura.configuration.ComponentConfiguration;
import org.eclipse.kura.configuration.metatype.AD;
import org.eclipse.kura.configuration.metatype.Icon;
import org.eclipse.kura.configuration.metatype.OCD;
import org.eclipse.kura.configuration.metatype.Option;
import org.eclipse.kura.configuration.metatype.Scalar;
import org.jspecify.annotations.Nullable;

/** The form of {@link StatusPage}. */
final class StatusForm {
    /** Kura makes several lines of a description that ends so. */
    private static final String LINES = "|TextArea";

    private static final List<AD> FIELDS = List.of(
            new Field("device", "Device", "The ID of this device, and how far its connection is."),
            new Field("addresses", "Virtual addresses", "Where the other devices reach this one."),
            new Field("relay", "Relay", "The relay that the device is connected to, or tries."),
            new Field("peers", "Peers", "The devices that this one may talk to." + LINES),
            new Field("problem", "Last problem", "What is wrong, and what to do." + LINES),
            new Field("relay.here", "Relay on this gateway", "Where it listens, and what it leases."),
            new Field("relay.devices", "Devices at this relay", "Those that are registered now." + LINES),
            new Field(
                    "relay.token",
                    "Join token",
                    "What the setting token.request of the relay has asked for, while it can be used. A secret: anybody who"
                            + " has it can join." + LINES));

    private StatusForm() {}

    private record Field(String getId, String getName, String getDescription) implements AD {
        @Override
        public List<Option> getOption() {
            return List.of();
        }

        @Override
        public Scalar getType() {
            return Scalar.STRING;
        }

        @Override
        public int getCardinality() {
            return 0;
        }

        @Override
        public @Nullable String getMin() {
            return null;
        }

        @Override
        public @Nullable String getMax() {
            return null;
        }

        @Override
        public @Nullable String getDefault() {
            return null;
        }

        @Override
        public boolean isRequired() {
            return false;
        }
    }

    private static final class Form implements OCD {
        @Override
        public List<AD> getAD() {
            return FIELDS;
        }

        @Override
        public List<Icon> getIcon() {
            return List.of();
        }

        @Override
        public String getName() {
            return "MNEDC status";
        }

        @Override
        public String getDescription() {
            return "How relay and device are at this moment. It is only shown: what is changed here has no effect."
                    + " Open the page again to see the present state.";
        }

        @Override
        public String getId() {
            return StatusPage.PID;
        }
    }

    /** {@return the form with these texts in it} */
    static ComponentConfiguration of(Map<String, String> texts) {
        Map<String, Object> values = new HashMap<>(texts);
        values.put(Markers.KURA_PID, StatusPage.PID);
        Form form = new Form();
        // Kura reserves this type for itself and adds methods to it: those that ask for the form get this one
        InvocationHandler answers = (proxy, method, arguments) -> switch (method.getName()) {
            case "getPid" -> StatusPage.PID;
            case "getConfigurationProperties" -> values;
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            case "toString" -> StatusPage.PID;
            default -> method.getReturnType().isInstance(form) ? form : null;
        };
        return (ComponentConfiguration) Proxy.newProxyInstance(
                StatusForm.class.getClassLoader(), new Class<?>[] {ComponentConfiguration.class}, answers);
    }
}
