package io.mnedc.security.authority;

import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.store.OverlayStore.Entry;
import io.mnedc.api.store.Transaction;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.Names;
import io.mnedc.security.shared.LocalFiles;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The revocations that all relays share: a key for each device. A device is shut out if the file or the store says so; so it is
 * shut out at once by either, and let in again only when both agree. Thread-safe.
 */
final class SharedRevocations implements LocalFiles {
    static final String KIND = "revoked";
    /** More would take seconds to write into a file. */
    static final int MOST = 100_000;

    private static final int LONGEST = 512;

    private final Revocations file;
    private final SharedStore store;
    /** Also while there is no store. */
    private volatile Map<String, Revocation> last = Map.of();

    SharedRevocations(Revocations file, SharedStore store) {
        this.file = file;
        this.store = store;
    }

    /** Whatever else is stored for it: who is named there is shut out. */
    Optional<Revocation> find(String deviceId) {
        return store.isThere()
                ? store.get(key(deviceId)).map(entry -> Revocations.revocation(deviceId, entry.value()))
                : Optional.ofNullable(last.get(deviceId));
    }

    /** {@return by ID} */
    Map<String, Revocation> all() {
        return store.isThere() ? remember() : last;
    }

    private Map<String, Revocation> remember() {
        Map<String, Revocation> all = new TreeMap<>();
        for (Entry entry : store.below(SharedFiles.key(KIND))) {
            String deviceId = DeviceKeys.idOf(entry.key());
            if (DeviceIds.isValid(deviceId)) {
                all.put(deviceId, Revocations.revocation(deviceId, entry.value()));
            }
        }
        last = all;
        return all;
    }

    private static String key(String deviceId) {
        return DeviceKeys.key(KIND, deviceId);
    }

    void revoke(Revocation revocation) throws IOException {
        String key = key(revocation.deviceId());
        if (store.below(SharedFiles.key(KIND)).size() >= MOST) {
            throw new IOException(
                    "device " + revocation.deviceId() + " is shut out at this relay only: the relays share at most "
                            + MOST + " revocations; remove old ones from the file " + KIND);
        }
        try {
            // if somebody was faster, that is as good
            store.commit(Transaction.whenAbsent(key).put(key, Revocations.textOf(revocation)));
        } catch (IOException e) {
            throw new IOException(
                    "device " + revocation.deviceId()
                            + " is shut out at this relay; the others hear of it when the store is"
                            + " in reach again; revoke it once more then, which cancels its join tokens, too: "
                            + PlainText.of(e),
                    e);
        }
    }

    boolean unrevoke(String deviceId) throws IOException {
        String key = key(deviceId);
        try {
            // the store may have more than is known here
            store.catchUp();
            boolean was = store.get(key).isPresent();
            store.commit(Transaction.EMPTY.remove(key));
            remember();
            return was;
        } catch (IOException e) {
            throw new IOException(
                    "whether device " + deviceId + " is let in again is not known, look again later: "
                            + PlainText.of(e),
                    e);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Optional<Map<String, String>> read() {
        Map<String, String> named = new TreeMap<>();
        file.written().forEach((deviceId, text) -> named.put(DeviceKeys.name(deviceId), text));
        return Optional.of(named);
    }

    @Override
    public long stamp() {
        return file.stamp();
    }

    @Override
    public boolean missing() {
        return file.isMissing();
    }

    @Override
    public void check(String name, String text) {
        String deviceId = Names.deviceId(DeviceKeys.id(name));
        if (text.length() > LONGEST || !text.equals(Revocations.textOf(Revocations.revocation(deviceId, text)))) {
            throw new IllegalArgumentException("it is not a time and a reason");
        }
    }

    @Override
    public void write(String name, Optional<String> before, Optional<String> now) throws IOException {
        file.replace(DeviceKeys.id(name), before, now);
    }

    /** Who is shut out by one of them stays shut out; the reason is that of the other relays. */
    @Override
    public Optional<String> decide(String name, Optional<String> here, Optional<String> shared) {
        return shared.isPresent() ? shared : here;
    }

    @Override
    public void shared(Map<String, String> now) {
        // with those that a file cannot hold
        remember();
    }
}
