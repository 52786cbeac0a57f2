package org.eclipse.kura.configuration;

import java.util.Map;
import org.eclipse.kura.configuration.metatype.OCD;

/** A form and the values in it. */
public interface ComponentConfiguration {
    /** {@return the PID} */
    String getPid();

    /** {@return the form} */
    OCD getDefinition();

    /** {@return the values} */
    Map<String, Object> getConfigurationProperties();
}
