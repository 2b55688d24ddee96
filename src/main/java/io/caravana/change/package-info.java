/** The history and the change log of replica tables, kept by PostgreSQL's triggers. */
package io.caravana.change;
