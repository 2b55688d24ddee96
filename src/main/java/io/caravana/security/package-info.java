/** Who may do what over HTTP: sign-in, roles, limits, headers, and the lines of the audit. */
package io.caravana.security;
