/** Programs that run on hosts of the lab: a transfer that goes on until it is told to end, and what measures its breaks. */
@NullMarked
package io.mnedc.lab.traffic;

import org.jspecify.annotations.NullMarked;
