package io.mnedc.cluster;

import io.mnedc.api.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Where things are in ZooKeeper, below {@code /mnedc/NAME/store}:
 *
 * <pre>
 * b/000 to b/3ff       buckets: no data; the version counts the transactions that changed a key of this bucket
 * b/2a7/leases press-7 one key with its text; a space stands for each slash
 * log/ID-SERIAL        what one transaction changed; the newest of each store object are kept
 * large/ID-SERIAL      the same, if it is too large to be part of the transaction
 * relays/ID            one store object: its data is the serial of its last transaction
 * relays/ID/live       there while its session is; ephemeral
 * </pre>
 *
 * @param name of the overlay
 */
record Layout(String name) {
    /** How many buckets; never to be changed, as that moves keys. */
    static final int BUCKETS = 1_024;

    /** So that the largest transaction with its paths stays below ZooKeeper's limit. */
    private static final int LONGEST_NAME = 64;

    Layout {
        if (name.indexOf('/') >= 0 || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("the name '" + name + "' of the overlay must have no slash and at most "
                    + LONGEST_NAME + " characters");
        }
        StoreKeys.check(name);
    }

    String overlay() {
        return "/mnedc/" + name;
    }

    String root() {
        return overlay() + "/store";
    }

    String buckets() {
        return root() + "/b";
    }

    String bucket(int number) {
        return buckets() + "/" + Integer.toHexString(0x1000 + number).substring(1);
    }

    String log() {
        return root() + "/log";
    }

    String large() {
        return root() + "/large";
    }

    String relays() {
        return root() + "/relays";
    }

    String relay(String id) {
        return relays() + "/" + id;
    }

    /** {@return where a key is} */
    String path(String key) {
        return bucket(bucketOf(key)) + "/" + key.replace('/', ' ');
    }

    /** {@return the key whose node has this name} */
    static String key(String node) {
        return node.replace(' ', '/');
    }

    /** {@return in which bucket a key is} */
    static int bucketOf(String key) {
        var sum = new CRC32();
        sum.update(key.getBytes(StandardCharsets.US_ASCII));
        return (int) (sum.getValue() % BUCKETS);
    }
}
