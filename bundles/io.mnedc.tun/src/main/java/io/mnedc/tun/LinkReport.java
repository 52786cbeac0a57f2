package io.mnedc.tun;

import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.api.tun.TunState;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a look at an interface has found, to be told in sentences with their cure.
 *
 * @param link the interface's name
 * @param missing what is not as it should be
 * @param failure why that could not be put back; empty if nothing was tried, or all succeeded
 * @param disputed whether somebody takes away again and again what is put back
 * @param taken what was taken away last
 * @param swallowed what should go elsewhere and comes here
 * @param astray networks whose packets do not go through the interface as they should
 * @param fewAstray a sentence about single addresses of which that is so
 */
record LinkReport(
        String link,
        List<Missing> missing,
        String failure,
        boolean disputed,
        List<String> taken,
        Optional<Swallowed> swallowed,
        List<RouteCheck.Astray> astray,
        Optional<String> fewAstray) {
    /**
     * Something that is missing.
     *
     * @param vital whether no packets go through the interface without it
     */
    record Missing(String name, boolean vital) {}

    /**
     * An address outside whose packets come here.
     *
     * @param all whether that is so of all such addresses
     */
    record Swallowed(InetAddress address, boolean all, RouteCheck.Taker taker) {}

    /** {@return the first fault and the first warning} */
    TunState state(List<Prefix> addresses) {
        List<String> faults = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        boolean failed = !missing.isEmpty() && !failure.isEmpty();
        if (disputed && !failed) {
            faults.add("interface " + link + ": somebody takes away again and again: "
                    + String.join(", ", taken)
                    + "; it is put back less and less often until this ends. Make the network manager of this machine leave"
                    + " the interface alone (docs/INSTALL.md, \"Network managers\")");
        }
        if (failed) {
            boolean vital = missing.stream().anyMatch(Missing::vital);
            String names = missing.stream().map(Missing::name).collect(Collectors.joining(", "));
            (vital ? faults : warnings)
                    .add("interface " + link + " lacks " + names + ", which cannot be put back: " + failure);
        }
        swallowed.ifPresent(one -> (one.all() ? faults : warnings)
                .add("packets to the relay at " + one.address().getHostAddress() + " go into interface " + link
                        + " itself and never get there: "
                        + one.taker().text() + "; " + one.taker().cure()));
        for (RouteCheck.Astray network : astray) {
            (network.whole() ? faults : warnings).add(text(network));
        }
        fewAstray.ifPresent(warnings::add);
        return new TunState(
                link,
                addresses,
                // other interfaces may have any name
                faults.stream().findFirst().map(PlainText::of),
                warnings.stream().findFirst().map(PlainText::of));
    }

    private String text(RouteCheck.Astray network) {
        String what = network.whole() ? "packets to " : "some packets to ";
        String example =
                network.whole() ? "" : " (such as to " + network.address().getHostAddress() + ")";
        if (network.impostor() != null) {
            return what + network.prefix() + example + " go into interface " + link
                    + " with a wrong source, and are dropped: "
                    + network.taker().text() + "; "
                    + network.taker().cure();
        }
        return what + network.prefix() + example + " do not go into interface " + link + " and are not sealed: "
                + network.taker().text() + "; "
                + network.taker().cure() + ", or " + Networks.overlapCure(network.prefix());
    }
}
