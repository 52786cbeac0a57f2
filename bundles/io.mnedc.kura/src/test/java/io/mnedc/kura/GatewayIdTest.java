package io.mnedc.kura;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.kura.system.SystemService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayIdTest {
    private static final String MAC = "B8:27:EB:01:02:03";

    private record Gateway(
            @Nullable String getSerialNumber, @Nullable String getPrimaryMacAddress) implements SystemService {
        @Override
        public @Nullable String getKuraDataDirectory() {
            return null;
        }
    }

    @Test
    void theSerialNumberNamesAGateway() {
        assertThat(GatewayId.of(new Gateway(" RGW-20-1234567 ", MAC))).contains("RGW-20-1234567");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "UNKNOWN",
                "0",
                "00000000",
                "0123456789",
                "123456789",
                "To be filled by O.E.M.",
                "To-Be-Filled-By-O.E.M.",
                "Default_String",
                "XXXXXXXX",
                "None",
                "a/b\nc"
            })
    void aPlaceholderIsNoSerialNumber(@Nullable String serial) {
        assertThat(GatewayId.of(new Gateway(serial, MAC))).contains("b8:27:eb:01:02:03");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"UNKNOWN", "00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", "B8:27:EB"})
    void aGatewayWithoutBothHasNoId(@Nullable String mac) {
        assertThat(GatewayId.of(new Gateway("UNKNOWN", mac))).isEmpty();
    }

    @Test
    void aKuraThatFailsHasNoId() {
        assertThat(GatewayId.of(new SystemService() {
                    @Override
                    public @Nullable String getKuraDataDirectory() {
                        return null;
                    }

                    @Override
                    public @Nullable String getSerialNumber() {
                        throw new NoSuchMethodError("an older Kura");
                    }

                    @Override
                    public @Nullable String getPrimaryMacAddress() {
                        return MAC;
                    }
                }))
                .isEmpty();
    }
}
