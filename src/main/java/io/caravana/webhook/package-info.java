/** Programs that registered for change events are told of them by signed requests. */
package io.caravana.webhook;
