/** Tells people by mail and webhooks of executions that failed, are incomplete or late. */
package io.caravana.alert;
