/**
 * What clients were promised by relays while faults happened, and whether the promises were kept: {@link
 * io.mnedc.itests.relays.checker.Checker}. {@link io.mnedc.itests.relays.checker.Clients} is a program of its own, on a host of the lab.
 */
@NullMarked
package io.mnedc.itests.relays.checker;

import org.jspecify.annotations.NullMarked;
