/** What the REST routes answer with: checked requests, executions, and problems. */
package io.caravana.api;
