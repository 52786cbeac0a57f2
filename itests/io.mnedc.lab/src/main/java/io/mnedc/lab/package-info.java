/**
 * A lab of routers, NATs and hosts on one Linux machine, made of network namespaces: topology in, hosts out,
 * everything removed at the end. The root namespace stays untouched. {@link io.mnedc.lab.Lab} is the entry.
 */
@NullMarked
package io.mnedc.lab;

import org.jspecify.annotations.NullMarked;
