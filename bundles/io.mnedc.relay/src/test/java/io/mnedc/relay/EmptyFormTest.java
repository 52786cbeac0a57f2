package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** What a gateway's form delivers when somebody empties its fields, or never filled them in. */
class EmptyFormTest {
    private static RelayConfig config(boolean emptied) {
        return (RelayConfig) Proxy.newProxyInstance(
                RelayConfig.class.getClassLoader(),
                new Class<?>[] {RelayConfig.class},
                (proxy, method, arguments) -> value(method, emptied));
    }

    private static Object value(Method method, boolean emptied) {
        if (emptied && method.getReturnType().equals(String.class)) {
            return "";
        }
        return emptied && method.getReturnType().isArray() ? new String[] {""} : method.getDefaultValue();
    }

    @Test
    void emptyTextsAndListsAreTheirDefaults() {
        assertThat(RelaySettings.of(config(true), null)).isEqualTo(RelaySettings.of(config(false), null));
    }
}
