package io.mnedc.itests.relays;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.codec.Protocol;
import io.mnedc.lab.JavaTool;
import io.mnedc.security.OverlayTls;
import java.util.List;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleLogger;

/** Starts programs with light devices on hosts of the lab. */
final class Clientele {
    private static final List<Class<?>> LIBRARIES = List.of(
            RelayAdministration.class,
            Protocol.class,
            OverlayTls.class,
            PKCS10CertificationRequest.class,
            BouncyCastleProvider.class,
            CMSAttributes.class,
            Logger.class,
            SimpleLogger.class);

    private Clientele() {}

    static String[] command(Class<?> main, List<String> arguments) {
        return JavaTool.command(LIBRARIES, main, arguments.toArray(String[]::new));
    }
}
