/** What is running and what has run: executions, their table loads and counts, and the log that keeps them. */
package io.caravana.execution;
