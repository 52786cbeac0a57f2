package io.mnedc.itests.kura;

import java.util.Map;
import org.eclipse.kura.KuraException;
import org.eclipse.kura.crypto.CryptoService;
import org.eclipse.kura.status.CloudConnectionStatusService;
import org.eclipse.kura.system.SystemService;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Publishes them. What is encrypted is the plain text backwards, behind {@link #ENCRYPTED}. */
public final class Kura implements BundleActivator {
    /** Tells encrypted values from others. */
    private static final String ENCRYPTED = "encrypted:";

    /** Made by the framework. */
    public Kura() {}

    @Override
    public void start(BundleContext context) {
        String data = context.getProperty("kura.data");
        context.registerService(SystemService.class, new Gateway(data), null);
        context.registerService(CryptoService.class, Kura::decrypt, null);
        Light light = new Light();
        light.publishedAs(context.registerService(
                CloudConnectionStatusService.class, light, FrameworkUtil.asDictionary(Map.of(Light.STATUS, "OFF"))));
    }

    @Override
    public void stop(BundleContext context) {
        // the framework takes the services back
    }

    private record Gateway(String getKuraDataDirectory) implements SystemService {
        @Override
        public String getSerialNumber() {
            return "serial-4711";
        }

        @Override
        public String getPrimaryMacAddress() {
            return "02:00:00:00:00:01";
        }
    }

    private static char[] decrypt(char[] value) throws KuraException {
        String text = String.valueOf(value);
        if (!text.startsWith(ENCRYPTED)) {
            throw new NotEncrypted();
        }
        return new StringBuilder(text.substring(ENCRYPTED.length()))
                .reverse()
                .toString()
                .toCharArray();
    }

    private static final class NotEncrypted extends KuraException {
        private static final long serialVersionUID = 1L;

        NotEncrypted() {
            super("not encrypted here");
        }
    }
}
