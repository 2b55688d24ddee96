/** Executions and table loads while they run in this worker. */
package io.caravana.execution.run;
