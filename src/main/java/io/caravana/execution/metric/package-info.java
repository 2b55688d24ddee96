/** Metrics and health of jobs and their tables. */
package io.caravana.execution.metric;
