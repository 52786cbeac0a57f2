package io.mnedc.settings;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings with which a component last ran, in files that only their owner can read: with them it starts when its
 * present ones are refused. Passwords and tokens are never in them; those come from the present settings.
 */
public final class LastSettings {
    private static final int MOST_BYTES = 1 << 20;
    private static final String TIME = ".time";
    private static final String TEXT = "text ";
    private static final String LIST = "list ";

    /** Wishes are fulfilled once, and not again by old settings. */
    private static final Set<String> WISHES = Set.of("token.request");

    /**
     * Settings that were in force.
     *
     * @param time when they were taken on
     * @param settings without secrets, but those that the present settings have
     */
    public record Old<T>(Instant time, T settings) {}

    private record Kept(Instant time, Map<String, Object> values) {}

    private final String name;
    private final Class<?> metatype;
    private final Set<String> known;
    private final List<Path> usual;
    private final Consumer<String> complaints;

    /**
     * Reads and writes nothing yet.
     *
     * @param name of the files
     * @param metatype the annotation type that describes its settings
     * @param complaints told what people may want to know
     * @param usual directories where settings are kept beside the one that they name; null: there is none
     */
    public LastSettings(String name, Class<?> metatype, Consumer<String> complaints, @Nullable Path... usual) {
        this.complaints = complaints;
        this.name = name + ".last";
        this.metatype = metatype;
        this.known = ConfigurationReader.keys(metatype);
        this.usual = Arrays.stream(usual)
                .filter(path -> path != null)
                .map(Path.class::cast)
                .toList();
    }

    /** A mistaken file comes as texts with their quotes. */
    private static String unquoted(String text) {
        return TypedText.unquoted(text).orElse(text);
    }

    private static boolean isPassword(String key) {
        return key.endsWith("password");
    }

    private static boolean isSecret(String key) {
        return isPassword(key) || key.endsWith("token");
    }

    /**
     * Keeps settings that are in force now. If that cannot be done, it is told.
     *
     * @param properties as they came
     */
    public void keep(Map<String, ?> properties) {
        Map<String, String> texts = texts(properties);
        for (Path place : places(properties)) {
            try {
                if (usual.contains(place) && !Files.isDirectory(place)) {
                    Files.createDirectories(place, mode(place, "rwx------"));
                }
                keep(place, texts);
            } catch (IOException e) {
                complaints.accept("settings that work cannot be kept in " + place + ": " + e);
            }
        }
    }

    private Map<String, String> texts(Map<String, ?> properties) {
        Map<String, String> texts = new HashMap<>();
        Raw raw = new Raw(properties);
        raw.all().forEach((key, value) -> {
            if (known.contains(key) && !isSecret(key) && !WISHES.contains(key)) {
                List<String> parts = raw.parts(key);
                boolean list = parts.size() != 1 || !(value instanceof String);
                texts.put(
                        key,
                        list
                                ? LIST
                                        + parts.stream()
                                                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8))
                                                .collect(Collectors.joining(","))
                                : TEXT + value);
            }
        });
        return texts;
    }

    private Set<Path> places(Map<String, ?> properties) {
        Set<Path> places = new LinkedHashSet<>(usual);
        String own = new Raw(properties).parts("data.dir").stream().findFirst().orElse("");
        try {
            if (!own.isEmpty()) {
                places.add(Path.of(unquoted(own)).toAbsolutePath().normalize());
            }
        } catch (InvalidPathException noPath) {
            // the reader of the settings says so
            return places;
        }
        return places;
    }

    private void keep(Path place, Map<String, String> texts) throws IOException {
        Path file = place.resolve(name);
        // a directory that is not there may be a mount that comes later
        if (!Files.isDirectory(place)
                || foreign(place)
                || read(file).filter(texts::equals).isPresent()) {
            return;
        }
        Properties lines = new Properties();
        lines.putAll(texts);
        lines.setProperty(TIME, Instant.now().toString());
        StringWriter text = new StringWriter();
        lines.store(text, null);
        Path fresh = place.resolve("." + name + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                mode(place, "rw-------"))) {
            ByteBuffer rest = StandardCharsets.UTF_8.encode(text.toString());
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static FileAttribute<?>[] mode(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Root believes nothing that another user may have written, and writes nothing there. */
    private static boolean foreign(Path place) throws IOException {
        String root = "root";
        return place.getFileSystem().supportedFileAttributeViews().contains("posix")
                && root.equals(System.getProperty("user.name"))
                && !root.equals(Files.getOwner(place).getName());
    }

    /**
     * Finds the settings that were last in force, in the usual places and where the present settings point to.
     *
     * @param present as they came
     * @param parser reads them as it reads any others
     * @return them; empty if none are kept, or they cannot be used
     */
    public <T> Optional<Old<T>> find(Map<String, ?> present, Function<ConfigurationReader, T> parser) {
        Kept newest = null;
        for (Path place : places(present)) {
            Kept kept = kept(place);
            if (kept != null && (newest == null || kept.time().isAfter(newest.time()))) {
                newest = kept;
            }
        }
        if (newest == null) {
            return Optional.empty();
        }
        try {
            T settings = parser.apply(new ConfigurationReader(beside(newest, present), metatype));
            return Optional.of(new Old<>(newest.time(), settings));
        } catch (RefusedSettingsException e) {
            complaints.accept("the settings of " + newest.time() + " cannot be used any more: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** {@return kept settings, with all from the present ones that is not a setting, or that is a password} */
    private Map<String, Object> beside(Kept kept, Map<String, ?> present) {
        Map<String, Object> together = new HashMap<>();
        new Raw(present).all().forEach((key, value) -> {
            if (isPassword(key)) {
                together.put(key, unquoted(value.toString()));
            } else if (!known.contains(key) && key.indexOf('\0') < 0) {
                together.put(key, value);
            }
        });
        together.putAll(kept.values());
        return together;
    }

    private @Nullable Kept kept(Path place) {
        try {
            Path file = place.resolve(name);
            if (!Files.isDirectory(place) || foreign(place)) {
                return null;
            }
            Optional<Map<String, String>> texts = read(file);
            if (texts.isEmpty()) {
                return null;
            }
            Map<String, Object> values = new HashMap<>();
            texts.get().forEach((key, text) -> {
                if (known.contains(key) && !isSecret(key)) {
                    values.put(key, value(text));
                }
            });
            return new Kept(Instant.parse(time(file)), values);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            complaints.accept("settings kept in " + place + " cannot be read: " + e);
            return null;
        }
    }

    private static Object value(String text) {
        if (text.startsWith(TEXT)) {
            return text.substring(TEXT.length());
        }
        if (!text.startsWith(LIST)) {
            throw new IllegalArgumentException("neither a text nor a list");
        }
        String[] parts = text.substring(LIST.length()).split(",", -1);
        for (int i = 0; i < parts.length; i++) {
            parts[i] = URLDecoder.decode(parts[i], StandardCharsets.UTF_8);
        }
        return parts.length == 1 ? parts[0] : parts;
    }

    private static String time(Path file) throws IOException {
        return load(file).getProperty(TIME, "");
    }

    /** {@return the settings of a file, without their time; empty if there is none} */
    private static Optional<Map<String, String>> read(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        Map<String, String> texts = new HashMap<>();
        load(file).forEach((key, value) -> texts.put(key.toString(), value.toString()));
        texts.remove(TIME);
        return Optional.of(texts);
    }

    private static Properties load(Path file) throws IOException {
        Properties lines = new Properties();
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("it is too large");
        }
        try (Reader in = new StringReader(Files.readString(file))) {
            lines.load(in);
        }
        return lines;
    }
}
