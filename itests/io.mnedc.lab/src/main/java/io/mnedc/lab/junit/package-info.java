/** What tests on the lab share. Needs JUnit, which demo and bench do not have. */
@NullMarked
package io.mnedc.lab.junit;

import org.jspecify.annotations.NullMarked;
