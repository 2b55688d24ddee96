/** The workload engine: reads its plan over HTTP and keeps it in the schema {@code workload}. */
package io.caravana.workload;
