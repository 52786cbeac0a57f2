package io.mnedc.itests.relays.checker;

import io.mnedc.itests.relays.checker.LightDevice.Refused;
import io.mnedc.security.JoinToken;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How many devices a second enrol, get their first address, and come back, at the relays that are named. */
public final class JoinRate {
    private static final int THREADS = 16;

    /** What each device does. */
    private interface Step {
        void with(LightDevice device, InetSocketAddress relay) throws IOException, GeneralSecurityException, Refused;
    }

    private final List<LightDevice> devices = new ArrayList<>();
    private final List<InetSocketAddress> relays = new ArrayList<>();

    private JoinRate() {}

    /** Arguments: a join token for all, a prefix of device IDs, how many, addresses of relays, which take turns. */
    public static void main(String[] args) throws Exception {
        JoinToken token = JoinToken.parse(args[0]);
        JoinRate rate = new JoinRate();
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            rate.devices.add(new LightDevice(args[1] + i, i));
        }
        for (String address : List.of(args).subList(3, args.length)) {
            rate.relays.add(new InetSocketAddress(address, 3334));
        }
        rate.all("enrolments", (device, relay) -> device.enrol(relay, token));
        rate.all("joins", (device, relay) -> device.visit(relay));
        rate.all("returns", (device, relay) -> device.visit(relay));
    }

    private void all(String what, Step step) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        long begin = System.nanoTime();
        List<Future<?>> each = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            LightDevice device = devices.get(i);
            InetSocketAddress relay = relays.get(i % relays.size());
            each.add(threads.submit(() -> {
                step.with(device, relay);
                return null;
            }));
        }
        for (Future<?> one : each) {
            one.get();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        threads.shutdown();
        System.out.printf(Locale.ROOT, "%s %.0f per second%n", what, devices.size() / seconds);
    }
}
