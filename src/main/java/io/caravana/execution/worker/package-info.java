/** This process as other workers on the database see it: registered, alive, or gone. */
package io.caravana.execution.worker;
