/** Search over tickets: what their texts say, in Portuguese and English, kept in PostgreSQL and current. */
package io.caravana.knowledge;
