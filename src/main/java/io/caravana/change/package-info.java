/** History and change log of replica tables, kept by PostgreSQL's triggers, and the consumer groups that follow the log. */
package io.caravana.change;
