/** ServiceNow's Table API: queries, the page cursor, parsing, the dictionary, and what its answers mean. */
package io.caravana.servicenow;
