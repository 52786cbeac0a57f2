package io.mnedc.tun;

import io.mnedc.api.tcp.TcpSockets;
import io.mnedc.api.tcp.TcpState;
import io.mnedc.api.tun.TunException;
import io.mnedc.libc.LibC;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at sockets of this process by their descriptors, which Java does not tell: they are found by their addresses. Where
 * the system is not the one that is known, nothing is found.
 */
@Component(configurationPolicy = ConfigurationPolicy.IGNORE)
public final class LinuxTcpSockets implements TcpSockets {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxTcpSockets.class);

    private final boolean supported;

    /** Made by the component runtime. */
    @Activate
    public LinuxTcpSockets() {
        this(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    LinuxTcpSockets(String os, String architecture) {
        boolean known = true;
        try {
            LinuxTunDriver.requireSupported(os, architecture);
        } catch (TunException e) {
            LOG.debug("sockets are not looked at", e);
            known = false;
        }
        supported = known;
    }

    @Override
    public boolean limitSegments(InetSocketAddress local, int bytes) {
        if (!supported) {
            return false;
        }
        try {
            SocketCalls calls = new SocketCalls();
            int fd = SocketDescriptors.find(descriptor -> calls.isTcp(descriptor)
                    && calls.localPort(descriptor) == local.getPort()
                    && calls.remote(descriptor) == null);
            return fd >= 0 && calls.set(fd, LibC.IPPROTO_TCP, LibC.TCP_MAXSEG, bytes);
        } catch (LinkageError e) {
            LOG.debug("the C library cannot be called", e);
            return false;
        }
    }

    @Override
    public Optional<TcpState> state(InetSocketAddress local, InetSocketAddress remote) {
        if (!supported) {
            return Optional.empty();
        }
        try {
            SocketCalls calls = new SocketCalls();
            int fd = SocketDescriptors.find(descriptor -> calls.localPort(descriptor) == local.getPort()
                    && calls.isTcp(descriptor)
                    && remote.equals(calls.remote(descriptor)));
            return fd < 0 ? Optional.empty() : calls.state(fd);
        } catch (LinkageError e) {
            LOG.debug("the C library cannot be called", e);
            return Optional.empty();
        }
    }
}
