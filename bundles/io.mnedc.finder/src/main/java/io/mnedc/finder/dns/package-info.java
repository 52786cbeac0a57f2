/**
 * Questions to DNS servers, and what SRV records say. Start with {@link DnsClient}. On the threads of those who ask.
 */
@NullMarked
package io.mnedc.finder.dns;

import org.jspecify.annotations.NullMarked;
