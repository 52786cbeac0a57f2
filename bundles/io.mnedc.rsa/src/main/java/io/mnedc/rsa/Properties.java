package io.mnedc.rsa;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;

/** Properties as the framework takes them. */
final class Properties {
    private Properties() {}

    @SuppressWarnings("JdkObsolete") // what makes a dictionary of a map in one call is missing in OSGi R7
    static Dictionary<String, Object> of(Map<String, ?> properties) {
        return new Hashtable<>(properties);
    }
}
