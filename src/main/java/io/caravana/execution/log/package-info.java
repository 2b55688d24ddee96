/** The execution log: what has happened is written, read, shown as metrics and health, and deleted when it is old. */
package io.caravana.execution.log;
