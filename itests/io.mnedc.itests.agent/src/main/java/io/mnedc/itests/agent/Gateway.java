package io.mnedc.itests.agent;

import io.mnedc.itests.gateway.Bundles;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What a gateway does through services that not every runtime has: packages, configurations, descriptions of settings. */
final class Gateway {
    private static final String DEPLOYMENT = "org.osgi.service.deploymentadmin.DeploymentAdmin";
    private static final String METATYPE = "org.osgi.service.metatype.MetaTypeService";
    private static final String CONFIGURATION = "org.osgi.service.cm.ConfigurationAdmin";
    private static final String STORE = "io.mnedc.api.store.OverlayStore";
    private static final String ADMINISTRATION = "io.mnedc.api.relay.RelayAdministration";

    private Gateway() {}

    static String execute(BundleContext context, String[] words) throws Exception {
        return switch (words[0]) {
            case "deploy" ->
                Service.with(context, DEPLOYMENT, admin -> {
                    try (InputStream in = Files.newInputStream(Path.of(words[1]))) {
                        return admin.call("installDeploymentPackage", in)
                                .call("getVersion")
                                .toString();
                    }
                });
            case "undeploy" ->
                Service.with(context, DEPLOYMENT, admin -> {
                    admin.call("getDeploymentPackage", words[1]).call("uninstall");
                    return "";
                });
            case "packages" ->
                Service.with(context, DEPLOYMENT, admin -> {
                    List<String> all = new ArrayList<>();
                    for (Service each : admin.call("listDeploymentPackages").elements()) {
                        all.add(each.call("getName") + " " + each.call("getVersion"));
                    }
                    return String.join("\n", all);
                });
            case "metatype" ->
                Service.with(
                        context, METATYPE, service -> metatype(service, Bundles.named(context, words[1]), words[2]));
            case "configure" ->
                Service.with(context, CONFIGURATION, admin -> {
                    admin.call("getConfiguration", words[1], "?").call("update", Service.dictionary(values(words)));
                    return "";
                });
            case "administration" ->
                Service.with(
                        context,
                        ADMINISTRATION,
                        relay -> relay.call(words[1], (Object[]) Arrays.copyOfRange(words, 2, words.length))
                                .toString());
            case "token" ->
                Service.with(
                        context,
                        ADMINISTRATION,
                        relay -> relay.call(
                                        "token",
                                        relay.argument(
                                                "token",
                                                Optional.empty(),
                                                Set.of(),
                                                Duration.ofHours(1),
                                                Integer.parseInt(words[1]),
                                                List.of(words[2])))
                                .toString());
            case "commits" ->
                Service.with(
                        context,
                        STORE,
                        "(mnedc.store=shared)",
                        store -> Double.toString(
                                Commits.perSecond(store, Integer.parseInt(words[1]), Integer.parseInt(words[2]))));
            default -> throw new IllegalArgumentException("no command " + words[0]);
        };
    }

    /** Words {@code key=value}, every value a text but for {@code true} and {@code false}; {@code [value]} for a list of one. */
    private static Map<String, Object> values(String[] words) {
        Map<String, Object> values = new HashMap<>();
        for (String word : Arrays.asList(words).subList(2, words.length)) {
            values.put(word.substring(0, word.indexOf('=')), value(word.substring(word.indexOf('=') + 1)));
        }
        return values;
    }

    private static Object value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return text.startsWith("[") ? new String[] {text.substring(1, text.length() - 1)} : text;
    }

    private static String metatype(Service service, Bundle bundle, String pid) throws Exception {
        Service definition = service.call("getMetaTypeInformation", bundle).call("getObjectClassDefinition", pid, null);
        List<String> lines = new ArrayList<>(List.of(definition.call("getID").toString()));
        for (Service attribute : definition.call("getAttributeDefinitions", -1).elements()) {
            Service defaults = attribute.call("getDefaultValue");
            lines.add(attribute.call("getID") + "="
                    + (defaults.object() == null ? "" : String.join(",", (String[]) defaults.object())));
        }
        return String.join("\n", lines);
    }
}
