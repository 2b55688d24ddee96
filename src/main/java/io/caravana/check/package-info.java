/** Tries everything that a load needs, without loading: sign-in, tables, dictionary, database; and says what to do. */
package io.caravana.check;
