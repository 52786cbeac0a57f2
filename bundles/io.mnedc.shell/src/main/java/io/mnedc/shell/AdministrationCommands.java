package io.mnedc.shell;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.text.PlainText;
import java.io.IOException;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Gogo's {@code mnedc:*} commands for who may join the overlay of the relay that runs here. */
@Component(
        service = AdministrationCommands.class,
        configurationPolicy = ConfigurationPolicy.IGNORE,
        property = {
            "osgi.command.scope=mnedc",
            "osgi.command.function=token",
            "osgi.command.function=tokens",
            "osgi.command.function=canceltoken",
            "osgi.command.function=devices",
            "osgi.command.function=revoke",
            "osgi.command.function=unrevoke",
            "osgi.command.function=revoked",
            "osgi.command.function=disconnect",
            "osgi.command.function=drain",
            "osgi.command.function=undrain",
            "osgi.command.function=removerelay",
            "osgi.command.function=cas",
            "osgi.command.function=addca",
            "osgi.command.function=useca",
            "osgi.command.function=dropca"
        })
public final class AdministrationCommands {
    private static final String NONE =
            "No secured relay runs here: set enabled=true and security=tls in the configuration io.mnedc.relay.";

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable RelayAdministration administration;

    /** Made by the component runtime. */
    @Activate
    public AdministrationCommands() {}

    private interface Work {
        String on(RelayAdministration here) throws IOException;
    }

    private String run(Work work) {
        RelayAdministration here = administration;
        if (here == null) {
            return NONE;
        }
        try {
            return PlainText.lines(work.on(here));
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            return PlainText.of(e);
        }
    }

    /**
     * Prints a new join token, alone on the last line.
     *
     * @param relay whether it is for relays
     * @param id the only device ID that it is good for
     * @param ttl how long it is good
     * @param uses for how many devices
     * @param groups what they belong to
     * @param addresses of the relay as devices see it
     */
    @Descriptor("makes a join token and prints it on the last line: a secret that lets a device or a relay enrol")
    public void token(
            @Descriptor("for another relay that joins the overlay, not for a device")
                    @Parameter(
                            names = {"-r", "--relay"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean relay,
            @Descriptor("the only device ID that it is good for, which may be enrolled already; else any new one")
                    @Parameter(
                            names = {"-i", "--id"},
                            absentValue = "")
                    String id,
            @Descriptor("how long it is good, such as 30m, 24h or 7d; 24h if not given")
                    @Parameter(
                            names = {"-t", "--ttl"},
                            absentValue = "24h")
                    String ttl,
            @Descriptor("how many devices it enrols, 1 if not given")
                    @Parameter(
                            names = {"-u", "--uses"},
                            absentValue = "1")
                    int uses,
            @Descriptor("what the devices belong to in the access rules: names with commas")
                    @Parameter(
                            names = {"-g", "--group"},
                            absentValue = "")
                    String groups,
            @Descriptor("HOST:PORT of the relay as devices see it, several with commas; else where it listens")
                    @Parameter(
                            names = {"-a", "--address"},
                            absentValue = "")
                    String addresses) {
        System.out.println(tokenText(relay, id, ttl, uses, groups, addresses));
    }

    /** {@return what {@link #token} prints} */
    public String tokenText(boolean relay, String id, String ttl, int uses, String groups, String addresses) {
        return run(here -> AdministrationReport.token(here, relay, id, ttl, uses, groups, addresses));
    }

    /** Prints the join tokens that can be used still. */
    @Descriptor("lists the join tokens that can be used still, without their secrets")
    public void tokens() {
        System.out.println(tokensText());
    }

    /** {@return the join tokens that can be used still} */
    public String tokensText() {
        return run(AdministrationReport::tokens);
    }

    /**
     * Ends a join token.
     *
     * @param id which
     */
    @Descriptor("ends a join token: nobody can use it any more; who has used it stays enrolled")
    public void canceltoken(@Descriptor("as mnedc:tokens lists it") String id) {
        System.out.println(cancelText(id));
    }

    /** {@return what {@link #canceltoken} prints} */
    public String cancelText(String id) {
        return run(here -> AdministrationReport.cancel(here, id));
    }

    /** Prints the enrolled devices. */
    @Descriptor("lists the devices that are enrolled: groups, key, since when, until when")
    public void devices() {
        System.out.println(devicesText());
    }

    /** {@return the enrolled devices} */
    public String devicesText() {
        return run(AdministrationReport::devices);
    }

    /**
     * Shuts a device out.
     *
     * @param device who
     * @param reason words
     */
    @Descriptor("shuts a device out, at once and until mnedc:unrevoke")
    public void revoke(@Descriptor("device ID") String device, @Descriptor("why, if you like") String... reason) {
        System.out.println(revokeText(device, reason));
    }

    /** {@return what {@link #revoke} prints} */
    public String revokeText(String device, String... reason) {
        return run(here -> AdministrationReport.revoke(here, device, String.join(" ", reason)));
    }

    /**
     * Lets a device in again.
     *
     * @param device who
     */
    @Descriptor("lets a device in again that was shut out")
    public void unrevoke(@Descriptor("device ID") String device) {
        System.out.println(unrevokeText(device));
    }

    /** {@return what {@link #unrevoke} prints} */
    public String unrevokeText(String device) {
        return run(here -> here.unrevoke(device)
                ? device + " may come in again."
                : device + " was not shut out: mnedc:revoked lists who is.");
    }

    /** Prints who is shut out. */
    @Descriptor("lists the devices that are shut out")
    public void revoked() {
        System.out.println(revokedText());
    }

    /** {@return who is shut out} */
    public String revokedText() {
        return run(AdministrationReport::revoked);
    }

    /**
     * Closes a device's connection.
     *
     * @param device who
     */
    @Descriptor("closes a device's connection now; it connects again: mnedc:revoke shuts it out")
    public void disconnect(@Descriptor("device ID") String device) {
        System.out.println(disconnectText(device));
    }

    /** {@return what {@link #disconnect} prints} */
    public String disconnectText(String device) {
        return run(here ->
                device + (here.disconnect(device) ? " is disconnected; it may connect again." : " was not connected."));
    }

    /** Empties the relay. */
    @Descriptor("empties this relay: its devices go to other relays of the overlay, a few at a time")
    public void drain() {
        System.out.println(drainText());
    }

    /** {@return what {@link #drain} prints} */
    public String drainText() {
        return run(here -> here.drain()
                + " devices are asked to go to other relays, which takes up to a minute: see mnedc:relays. It lasts"
                + " until mnedc:undrain, or the end of this relay.");
    }

    /** Has the relay take devices again. */
    @Descriptor("has a relay that mnedc:drain has emptied take devices again")
    public void undrain() {
        System.out.println(undrainText());
    }

    /** {@return what {@link #undrain} prints} */
    public String undrainText() {
        return run(here -> here.undrain() ? "This relay takes devices again." : "This relay was not being emptied.");
    }

    /** Takes a relay out of the overlay. */
    @Descriptor("takes a relay out of the overlay for good, whether it runs or not; see mnedc:relays")
    public void removerelay(@Descriptor("relay ID") String relay) {
        System.out.println(removerelayText(relay));
    }

    /** {@return what {@link #removerelay} prints} */
    public String removerelayText(String relay) {
        return run(here -> here.removeRelay(relay)
                ? relay + " is no relay of this overlay any more, and its key is refused. To bring it back, remove its"
                        + " certificate, key and ensemble directory, and join it by a new token."
                : "there is no relay " + relay + " in this overlay; see mnedc:relays.");
    }

    /** Prints the CAs of the overlay. */
    @Descriptor("lists the CAs that the overlay trusts")
    public void cas() {
        System.out.println(casText());
    }

    /** {@return the CAs of the overlay} */
    public String casText() {
        return run(AdministrationReport::authorities);
    }

    /** Makes a second CA. */
    @Descriptor("makes a second CA, to replace the one in use: the first of three steps")
    public void addca() {
        System.out.println(addCaText());
    }

    /** {@return what {@link #addca} prints} */
    public String addCaText() {
        return run(AdministrationReport::addAuthority);
    }

    /**
     * Issues certificates by another CA.
     *
     * @param fingerprint of the CA
     */
    @Descriptor("issues certificates by another CA: the second of three steps")
    public void useca(@Descriptor("as mnedc:cas lists it") String fingerprint) {
        System.out.println(useCaText(fingerprint));
    }

    /** {@return what {@link #useca} prints} */
    public String useCaText(String fingerprint) {
        return run(here -> AdministrationReport.useAuthority(here, fingerprint));
    }

    /**
     * Ends the trust in a CA.
     *
     * @param fingerprint of the CA
     */
    @Descriptor("ends the trust in a CA: the last of three steps")
    public void dropca(@Descriptor("as mnedc:cas lists it") String fingerprint) {
        System.out.println(dropCaText(fingerprint));
    }

    /** {@return what {@link #dropca} prints} */
    public String dropCaText(String fingerprint) {
        return run(here -> AdministrationReport.dropAuthority(here, fingerprint));
    }
}
