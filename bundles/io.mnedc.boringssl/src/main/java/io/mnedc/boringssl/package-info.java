/** TLS by BoringSSL for relay and device, where its native library can be loaded. */
@org.jspecify.annotations.NullMarked
package io.mnedc.boringssl;
