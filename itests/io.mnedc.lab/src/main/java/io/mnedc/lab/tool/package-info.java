/** Small programs that the lab runs on its hosts: servers and clients whose content can be compared, and reports. */
@NullMarked
package io.mnedc.lab.tool;

import org.jspecify.annotations.NullMarked;
