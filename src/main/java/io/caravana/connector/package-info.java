/** The way to a source over HTTP: its connections, the sign-in, and the limits that it is asked within. */
package io.caravana.connector;
