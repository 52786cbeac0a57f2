package io.mnedc.itests.osgi;

import io.mnedc.itests.gateway.Bundles;
import io.mnedc.itests.gateway.RelayAndDevice;
import java.io.IOException;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** A copy of the device's bundle under another name, configured by another PID: two devices in one framework. */
final class SecondDevice {
    static final String ID = "second";

    private static final String PID = "io.mnedc.device.second";

    private final Bundle bundle;
    private final RelayAndDevice overlay;

    private SecondDevice(Bundle bundle, RelayAndDevice overlay) {
        this.bundle = bundle;
        this.overlay = overlay;
    }

    static SecondDevice start(BundleContext context, RelayAndDevice overlay)
            throws BundleException, IOException, InterruptedException {
        Bundle original = Bundles.named(context, RelayAndDevice.DEVICE);
        Bundle bundle = context.installBundle(
                "copy:" + PID,
                Bundles.copy(
                        original,
                        manifest -> manifest.putValue("Bundle-SymbolicName", PID),
                        text -> text.replaceAll(
                                "(name|configuration-pid)=\"io\\.mnedc\\.device\"", "$1=\"" + PID + "\"")));
        bundle.start();
        var device = new SecondDevice(bundle, overlay);
        Map<String, Object> values = overlay.device();
        values.put("device.id", ID);
        values.put("data.dir", overlay.directory(ID));
        values.put("platform", "toaster");
        device.configure(values);
        return device;
    }

    void configure(Map<String, Object> values) throws IOException, InterruptedException {
        overlay.configurations().set(PID, values);
    }

    void stop() throws BundleException, IOException, InterruptedException {
        overlay.configurations().remove(PID);
        bundle.uninstall();
    }
}
