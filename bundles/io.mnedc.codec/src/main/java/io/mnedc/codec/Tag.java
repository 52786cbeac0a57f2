package io.mnedc.codec;

/** The numbers of records in control messages. Part of the protocol: a number never changes its meaning. */
enum Tag {
    DEVICE_ID(1),
    INSTANCE(2),
    SOFTWARE(3),
    CAPABILITIES(4),
    SECURITY(5),
    INFO(6),
    MINOR(7),
    SESSION_ID(8),
    SECRET(9),
    NODE(10),
    NETWORK(11),
    PREFIX_LENGTH(12),
    ULA_PREFIX(13),
    KEEPALIVE(14),
    RELAY_EPOCH(15),
    ERROR_CODE(16),
    SENTENCE(17),
    FATAL(18),
    RETRY(19),
    TOKEN(20),
    SEQUENCE(21),
    PART(22),
    PRESENT(23),
    ABSENT(24),
    SOURCE(25),
    DESTINATION(26),
    KIND(27),
    PAYLOAD(28),
    NONCE(30),
    MAC(31),
    PLATFORM(32),
    EXECUTION_TYPE(33),
    SERVICE(34),
    SERVICE_NAME(35),
    SERVICE_PROTOCOL(36),
    SERVICE_PORT(37),
    TIME(38),
    JOIN_ID(39),
    JOIN_SECRET(40),
    CSR(41),
    CERTIFICATE(42),
    TRUSTED(43),
    DOCUMENT(44),
    BODY(45),
    SCHEME(46),
    SIGNATURE(47),
    ISSUE(48),
    ATTRIBUTE(49),
    ATTRIBUTE_KEY(50),
    ATTRIBUTE_VALUE(51),
    LABEL(52),
    LISTENING(53);

    final int number;

    Tag(int number) {
        this.number = number;
    }
}
