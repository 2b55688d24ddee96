/** One writer a table. */
package io.caravana.execution.lease;
