package io.mnedc.boringssl;

import static org.assertj.core.api.Assertions.assertThat;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class AlertsTest {
    @Test
    void anErrorIsOneLineWithoutAddresses() {
        SSLException thrown =
                new SSLHandshakeException("Read error: ssl=0x7f3c5c0a1b28: Failure in SSL library, usually a"
                        + " protocol error\nerror:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"
                        + " (external/boringssl/src/ssl/tls_record.cc:242 0x7f3c5c0a1b28:0x00000000)");

        assertThat(Alerts.translated(thrown))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessage("TLS error: wrong version number")
                .hasCause(thrown);
        assertThat(Alerts.translated(new SSLException("Read error: ssl=0x7f3c5c0a1b28: I/O error\nConnection reset")))
                .hasMessage("Read error: I/O error Connection reset");
    }

    @Test
    void anAlertIsSaidAsTheJavaRuntimeSaysIt() {
        assertThat(Alerts.translated(new SSLException("error:10000416:SSL routines:OPENSSL_internal:"
                        + "SSLV3_ALERT_CERTIFICATE_UNKNOWN (external/boringssl/src/ssl/tls_record.cc:592 0x7f:0x1)")))
                .hasMessage("Received fatal alert: certificate_unknown");
    }

    @Test
    void otherErrorsStay() {
        SSLException thrown = new SSLException("closed");
        assertThat(Alerts.translated(thrown)).isSameAs(thrown);
    }
}
