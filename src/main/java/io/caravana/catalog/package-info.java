/** What a user configures to be carried: the tables, read from {@code config/tables.yaml} and checked. */
package io.caravana.catalog;
