package io.mnedc.device.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalResponseTest {
    @ParameterizedTest
    @CsvSource({
        // no relay has the CA's key: somebody must do something
        "ENROLMENT_UNAVAILABLE, 0, true",
        // one has, and is not reached now
        "ENROLMENT_UNAVAILABLE, 1000, false",
        // what only another token cures is not cured by time
        "JOIN_REFUSED, 1000, true",
        "JOIN_USED, 0, true",
        "LIMIT_EXCEEDED, 1000, false",
        "STOPPING, 0, false"
    })
    void whatTimeCuresIsNotLasting(ErrorCode code, int retryMillis, boolean lasting) {
        var said = new ErrorReport(code.number(), "why", true, retryMillis);
        assertThat(RefusalResponse.lasting(said)).isEqualTo(lasting);
    }
}
