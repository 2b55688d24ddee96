/** The only package that speaks SQL to replica tables: their columns and types, DDL, the upsert, reconcile. */
package io.caravana.replica;
