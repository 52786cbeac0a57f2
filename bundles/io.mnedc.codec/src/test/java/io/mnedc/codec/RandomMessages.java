package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.DataChallenge;
import io.mnedc.codec.ControlMessage.DataHello;
import io.mnedc.codec.ControlMessage.DataProof;
import io.mnedc.codec.ControlMessage.DataReady;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Registration;
import io.mnedc.codec.ControlMessage.Registrations;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Valid messages, with a preference for the ends of every range. The same seed gives the same messages. */
public final class RandomMessages {
    private static final String ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
    private static final int[] ALPHABET = {
        'a', ' ', 'z', '~', 0xa0, 0xe9, 0x7ff, 0x800, 0x20ac, 0xffff, 0x10000, 0x10ffff
    };

    private final Random random;
    private final List<Supplier<ControlMessage>> types;

    /** Begins. */
    public RandomMessages(long seed) {
        random = new Random(seed);
        types = List.of(
                () -> new Hello(
                        deviceId(),
                        int64(),
                        text(Protocol.MAX_TEXT),
                        int32(),
                        ranged(0, 255),
                        basics(),
                        document(),
                        listening()),
                this::welcome,
                () -> new ErrorReport(
                        ranged(0, 0xffff),
                        text(Protocol.MAX_SENTENCE),
                        random.nextBoolean(),
                        ranged(0, Protocol.MAX_RETRY)),
                () -> new Ping(int64()),
                () -> new Pong(int64()),
                this::announce,
                () -> new Publish(info(), document(), listening()),
                () -> new Envelope(
                        ranged(0, Protocol.MAX_NODE),
                        ranged(1, Protocol.MAX_NODE),
                        ranged(0, 255),
                        bytes(ranged(0, Protocol.MAX_ENVELOPE))),
                () -> new Bye(text(Protocol.MAX_SENTENCE)),
                () -> new Enrol(
                        deviceId(),
                        int64(),
                        bytes(Protocol.JOIN_SECRET),
                        bytes(ranged(0, Protocol.MAX_CERTIFICATE)),
                        text(Protocol.MAX_TEXT),
                        ranged(0, 255)),
                () -> new Renew(bytes(ranged(0, Protocol.MAX_CERTIFICATE))),
                () -> new Credentials(
                        certificates(Protocol.MAX_CHAIN), certificates(Protocol.MAX_TRUSTED), int64(), overlay()),
                () -> new DataHello(int64(), bytes(Protocol.NONCE)),
                () -> new DataChallenge(bytes(Protocol.NONCE)),
                () -> new DataProof(bytes(Protocol.SECRET)),
                () -> new DataReady(bytes(Protocol.SECRET)),
                this::relays,
                () -> new RelayHello(
                        deviceId(),
                        int64(),
                        text(Protocol.MAX_TEXT),
                        ranged(Protocol.MIN_KEEPALIVE, Protocol.MAX_KEEPALIVE)),
                () -> new RelayWelcome(int64(), bytes(Protocol.SECRET)),
                () -> new Registrations(
                        int64(), List.of(Part.values()).get(random.nextInt(5)), registrations(random.nextInt(10))),
                () -> new SignRequest(
                        int64(), bytes(ranged(0, Protocol.MAX_HANDSHAKE_MESSAGE)), certificates(Protocol.MAX_CHAIN)),
                () -> new SignAnswer(int64(), bytes(ranged(0, Protocol.MAX_SIGN_ANSWER))),
                () -> new Revocation(deviceId(), random.nextBoolean()));
    }

    /** {@return one message of each type} */
    public Stream<ControlMessage> oneOfEach() {
        return types.stream().map(Supplier::get);
    }

    /** {@return the generator, for further decisions under the same seed} */
    public Random random() {
        return random;
    }

    private Welcome welcome() {
        int prefix = ranged(8, 30);
        int hosts = -1 >>> prefix;
        return new Welcome(
                ranged(0, 255),
                int64(),
                bytes(Protocol.SECRET),
                ranged(2, hosts - 1),
                random.nextInt() & ~hosts,
                prefix,
                0xfdL << 56 | random.nextLong() >>> 8,
                ranged(Protocol.MIN_KEEPALIVE, Protocol.MAX_KEEPALIVE),
                int64(),
                text(Protocol.MAX_TEXT),
                label());
    }

    private String label() {
        String letters = "abz019";
        StringBuilder label = new StringBuilder();
        int length = ranged(0, Protocol.MAX_LABEL);
        for (int at = 0; at < length; at++) {
            boolean inside = at > 0 && at < length - 1;
            label.append(inside && random.nextInt(4) == 0 ? '-' : letters.charAt(random.nextInt(letters.length())));
        }
        return label.toString();
    }

    private List<Opaque> certificates(int most) {
        return IntStream.range(0, ranged(0, most))
                .mapToObj(i -> bytes(ranged(0, Protocol.MAX_CERTIFICATE)))
                .toList();
    }

    /** Not all as long as they may be: the largest certificates are in the same message. */
    private List<String> overlay() {
        int most = random.nextBoolean() ? 1 : Protocol.MAX_OVERLAY_LINES;
        return IntStream.range(0, ranged(0, most))
                .mapToObj(i -> text(most == 1 ? Protocol.MAX_OVERLAY_LINE : 1000))
                .toList();
    }

    private Announce announce() {
        return new Announce(int64(), List.of(Part.values()).get(random.nextInt(5)), changes(random.nextInt(12)));
    }

    /** {@return that many joins and leaves} */
    public List<Change> changes(int many) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            changes.add(random.nextBoolean() ? new Change.Absent(deviceId()) : new Change.Present(node()));
        }
        return changes;
    }

    private Relays relays() {
        return new Relays(IntStream.range(0, ranged(0, Protocol.MAX_RELAYS))
                .mapToObj(i -> new RelayRecord(
                        deviceId(),
                        IntStream.range(0, random.nextInt(3))
                                .mapToObj(j ->
                                        "a".repeat(ranged(1, Protocol.MAX_ADDRESS - 6)) + ":" + ranged(1, 0xffff))
                                .toList(),
                        ranged(0, Protocol.MAX_LOAD)))
                .toList());
    }

    private List<Registration> registrations(int many) {
        List<Registration> changes = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            changes.add(
                    random.nextBoolean()
                            ? new Registration.Gone(deviceId())
                            : new Registration.Here(
                                    node(),
                                    IntStream.range(0, ranged(0, Protocol.MAX_GROUPS))
                                            .mapToObj(j -> text(Protocol.MAX_TEXT))
                                            .toList(),
                                    int64(),
                                    new Fence(int64() >>> 1, int32() >>> 1)));
        }
        return changes;
    }

    /** {@return a device} */
    public NodeRecord node() {
        return new NodeRecord(
                deviceId(),
                ranged(2, Protocol.MAX_NODE),
                text(Protocol.MAX_TEXT),
                int32(),
                info(),
                document(),
                label(),
                listening());
    }

    private Listening listening() {
        List<MulticastGroup> groups = IntStream.range(0, ranged(0, Protocol.MAX_MULTICAST_GROUPS))
                .mapToObj(i -> random.nextBoolean()
                        ? new MulticastGroup(0, MulticastGroup.low(0xe << 28 | random.nextInt() >>> 4))
                        : new MulticastGroup(0xffL << 56 | random.nextLong() >>> 8, random.nextLong()))
                .toList();
        return new Listening(random.nextBoolean(), groups);
    }

    /** Without attributes: it fits in a first message. */
    private NodeInfo basics() {
        NodeInfo info = info();
        List<ServiceRecord> services = info.services().stream()
                .map(service -> new ServiceRecord(service.name(), service.protocol(), service.port()))
                .toList();
        return new NodeInfo(info.platform(), info.executionType(), services);
    }

    private NodeInfo info() {
        List<ServiceRecord> services = IntStream.range(0, ranged(0, Protocol.MAX_SERVICES))
                .mapToObj(i -> new ServiceRecord(
                        name(), text(Protocol.MAX_TEXT), ranged(0, 0xffff), i < 3 ? attributes() : Map.of()))
                .toList();
        return new NodeInfo(text(Protocol.MAX_TEXT), text(Protocol.MAX_TEXT), services, attributes());
    }

    /** Few, so that four times as many are below the limit of the whole. */
    private Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            attributes.put(deviceId(), text(Protocol.MAX_ATTRIBUTE_VALUE));
        }
        return attributes;
    }

    private @Nullable SignedInfo document() {
        return random.nextBoolean() ? null : signed();
    }

    private SignedInfo signed() {
        // a record of an announcement holds all of it, and an announcement holds twelve
        List<Opaque> chain = IntStream.range(0, ranged(1, Protocol.MAX_CHAIN))
                .mapToObj(i -> bytes(ranged(0, 100)))
                .toList();
        return new SignedInfo(
                bytes(random.nextInt(300)), ranged(0, 0xffff), bytes(random.nextInt(Protocol.MAX_SIGNATURE)), chain);
    }

    /** {@return what a device signs} */
    public InfoDocument infoDocument() {
        return new InfoDocument(deviceId(), int64(), info());
    }

    private String name() {
        String name = text(Protocol.MAX_TEXT);
        return name.isBlank() ? "x" : name;
    }

    private String deviceId() {
        StringBuilder id = new StringBuilder();
        for (int i = ranged(1, Protocol.MAX_DEVICE_ID); i > 0; i--) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }

    /** As many characters as fit in a number of bytes that is often the limit. */
    private String text(int most) {
        int size = ranged(0, most);
        StringBuilder text = new StringBuilder();
        int left = size;
        while (left > 0) {
            int character = ALPHABET[random.nextInt(ALPHABET.length)];
            int bytes = Character.toString(character).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > left) {
                character = 'e';
                bytes = 1;
            }
            text.appendCodePoint(character);
            left -= bytes;
        }
        return text.toString();
    }

    private Opaque bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return Opaque.copyOf(bytes);
    }

    private int ranged(int least, int most) {
        return switch (random.nextInt(6)) {
            case 0 -> least;
            case 1 -> most;
            default -> least + random.nextInt(most - least + 1);
        };
    }

    private long int64() {
        return switch (random.nextInt(6)) {
            case 0 -> Long.MIN_VALUE;
            case 1 -> -1;
            default -> random.nextLong();
        };
    }

    private int int32() {
        return (int) int64();
    }
}
