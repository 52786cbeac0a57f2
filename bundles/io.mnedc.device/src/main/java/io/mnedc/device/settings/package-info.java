/**
 * What a person may set, and the checked form of it. Start with {@link DeviceConfig}; {@link SettingsReader} makes a
 * {@link DeviceSettings} of it. Values without threads.
 */
@NullMarked
package io.mnedc.device.settings;

import org.jspecify.annotations.NullMarked;
