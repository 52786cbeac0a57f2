package io.mnedc.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.OfferedService;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceTypeTest {
    @ParameterizedTest
    @CsvSource({
        "web,http,8080,_http._tcp",
        "web,HTTP,8080,_http._tcp",
        "modbus,tcp,502,_modbus._tcp",
        "log,udp,514,_log._udp",
        "log,'',514,_log._tcp",
        "heat,coap,5683,_coap._udp",
        "heat,coap/tcp,5683,_coap._tcp",
        "clock,myproto/udp,99,_myproto._udp",
        "x,a very long protocol name,1,_a-very-long-pro._tcp",
        "x,-a-,1,_a._tcp"
    })
    void aServiceHasAType(String name, String protocol, int port, String expected) {
        assertThat(ServiceType.of(new OfferedService(name, protocol, port)).map(ServiceType::key))
                .hasValue(expected);
    }

    @ParameterizedTest
    @CsvSource({"web,http,0", "7,tcp,80", "é,tcp,80", "x,___,80", "x,12,80"})
    void whatHasNoTypeOrPortIsNotToldOf(String name, String protocol, int port) {
        assertThat(ServiceType.of(new OfferedService(name, protocol, port))).isEmpty();
    }
}
