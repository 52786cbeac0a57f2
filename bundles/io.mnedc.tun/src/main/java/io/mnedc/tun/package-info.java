/**
 * The TUN driver for Linux: a service that opens interfaces by ioctl and rtnetlink.
 *
 * <p>{@link io.mnedc.tun.LinuxTunDriver} publishes it; {@link io.mnedc.tun.LinuxTunDevice} carries packets;
 * {@link io.mnedc.tun.TunFile} holds the descriptor and its offloads; {@link io.mnedc.tun.Change} says what
 * distinguishes two settings and {@link io.mnedc.tun.Rtnetlink} does it.
 *
 * <p>What others do to an interface, {@link io.mnedc.tun.LinkWatch} hears on a thread of its own;
 * {@link io.mnedc.tun.LinkGuard} puts back what is missing and judges the whole, with {@link io.mnedc.tun.RouteCheck},
 * which asks where packets go.
 */
@NullMarked
package io.mnedc.tun;

import org.jspecify.annotations.NullMarked;
