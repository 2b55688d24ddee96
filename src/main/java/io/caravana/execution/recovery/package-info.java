/** Which execution of a job may start, and what becomes of those whose worker has stopped or died. */
package io.caravana.execution.recovery;
