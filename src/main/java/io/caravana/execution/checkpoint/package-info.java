/** How far tables have been read, so that reading resumes there. */
package io.caravana.execution.checkpoint;
