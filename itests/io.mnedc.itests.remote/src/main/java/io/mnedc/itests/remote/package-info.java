/** What acts in the frameworks of a lab test of remote services. */
@NullMarked
package io.mnedc.itests.remote;

import org.jspecify.annotations.NullMarked;
