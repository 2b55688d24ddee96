package io.caravana.webhook;

/** A receiver did not take an event; the message says why, without the address, which may be a secret. */
final class WebhookException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WebhookException(String message) {
        super(message);
    }
}
