package io.mnedc.health;

/** The one setting of relay or device that matters here. */
@interface Enabled {
    /** {@return whether it shall run} */
    boolean enabled() default false;
}
