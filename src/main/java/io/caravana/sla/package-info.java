/** How long tickets take in business time, what was promised for them, and what a broken promise costs. */
package io.caravana.sla;
