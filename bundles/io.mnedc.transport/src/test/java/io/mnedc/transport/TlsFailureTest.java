package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class TlsFailureTest {
    @Test
    void whatAPeerOrALibraryWritesIsOneLine() {
        for (Exception cause : new Exception[] {
            new SSLException("a\u001b[2J\u202eb\nc"),
            new CertificateException("a\u001b[2J\u202eb\nc"),
            new RuntimeException("a\u001b[2J\u202eb\nc")
        }) {
            assertThat(TlsFailure.explain(cause, true)).message().endsWith("a?[2J?b?c");
        }
    }
}
