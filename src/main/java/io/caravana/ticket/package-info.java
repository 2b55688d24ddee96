/** The tickets of the replica as people see them: lists, counters, one with all that belongs to it, SLAs and trends, within a row scope. */
package io.caravana.ticket;
