/**
 * What a person may set, and the checked form of it. Start with {@link RelayConfig}; {@link RelaySettings} is the checked
 * form. Values without threads.
 */
@NullMarked
package io.mnedc.relay.settings;

import org.jspecify.annotations.NullMarked;
