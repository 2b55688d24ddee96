/** The only package that speaks HTTP to ServiceNow: queries, the page cursor, parsing, sign-in, limits, errors. */
package io.caravana.servicenow;
