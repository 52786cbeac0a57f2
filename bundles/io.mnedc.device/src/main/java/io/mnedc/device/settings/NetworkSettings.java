package io.mnedc.device.settings;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which virtual networks a device takes from its relay.
 *
 * @param allowed what may be routed into the overlay at all
 * @param follow whether it takes another network than before without asking
 * @param directory where it remembers its network; null: nowhere
 */
public record NetworkSettings(
        AllowedNetworks allowed, boolean follow, @Nullable Path directory) {}
