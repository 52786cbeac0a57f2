package io.mnedc.tun;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunSettings;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** Opens TUN interfaces of the Linux kernel, and removes those that are left when it stops. */
@Component(immediate = true, configurationPolicy = ConfigurationPolicy.IGNORE, property = TunDriver.KIND + "=linux")
public final class LinuxTunDriver implements TunDriver {
    private static final Set<String> ARCHITECTURES =
            Set.of("amd64", "x86_64", "aarch64", "ppc64le", "riscv64", "s390x");

    private final Set<LinuxTunDevice> open = new HashSet<>();
    private boolean stopped;

    /** Made by the component runtime. */
    @Activate
    public LinuxTunDriver() {}

    @Override
    public TunDevice open(TunSettings settings) throws TunException {
        requireSupported(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        LinuxTunDevice device = create(settings);
        boolean late;
        synchronized (open) {
            late = stopped;
            if (!late) {
                open.add(device);
            }
        }
        if (late) {
            device.close();
            throw new TunException(Reason.FAILED, "the TUN driver has stopped; open the interface when it is back");
        }
        return device;
    }

    /** Removes the interfaces whose owners have not done so. */
    @Deactivate
    public void stop() {
        List<LinuxTunDevice> left;
        synchronized (open) {
            stopped = true;
            left = List.copyOf(open);
        }
        left.forEach(LinuxTunDevice::close);
    }

    private LinuxTunDevice create(TunSettings settings) throws TunException {
        try {
            return LinuxTunDevice.open(settings, this::closed);
        } catch (LinkageError e) {
            TunException unsupported = new TunException(
                    Reason.UNSUPPORTED,
                    "the C library cannot be called (" + e + "); JNA unpacks a native part into the directory of the"
                            + " system property jna.tmpdir, which must be writable and not mounted noexec");
            unsupported.initCause(e);
            throw unsupported;
        }
    }

    private void closed(LinuxTunDevice device) {
        synchronized (open) {
            open.remove(device);
        }
    }

    /** Refuses platforms whose calls or structures differ, before anything native is touched. */
    static void requireSupported(String os, String architecture) throws TunException {
        if (!os.equals("Linux")) {
            throw new TunException(
                    Reason.UNSUPPORTED, "TUN interfaces on " + os + " have no driver yet; run this device on Linux");
        }
        if (!ARCHITECTURES.contains(architecture.toLowerCase(Locale.ROOT))) {
            throw new TunException(
                    Reason.UNSUPPORTED,
                    "the TUN driver does not know the system calls of \"" + architecture
                            + "\"; run a 64-bit Java on one of "
                            + ARCHITECTURES.stream().sorted().toList());
        }
    }
}
