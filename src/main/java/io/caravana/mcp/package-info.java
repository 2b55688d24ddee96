/** The tools of the assistant for other assistants, over the Model Context Protocol. */
package io.caravana.mcp;
