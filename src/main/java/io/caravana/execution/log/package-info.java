/** The execution log: what has happened is written, read, and deleted when it is old. */
package io.caravana.execution.log;
