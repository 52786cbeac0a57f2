package org.eclipse.kura.configuration;

import org.eclipse.kura.KuraException;

/** Supplies its form and the values in it whenever somebody looks. */
public interface SelfConfiguringComponent {
    /** {@return form and values as they are now} */
    ComponentConfiguration getConfiguration() throws KuraException;
}
