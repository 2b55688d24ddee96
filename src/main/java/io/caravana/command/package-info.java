/** What a person at a terminal meets: the command line, the words at the start, progress and summaries. */
package io.caravana.command;
