/** The page that a service desk keeps open: counters, tickets, SLAs, trends and loads, rendered here and live. */
package io.caravana.desk;
