package org.eclipse.kura.configuration;

/** Marks what Kura configures. */
public interface ConfigurableComponent {}
