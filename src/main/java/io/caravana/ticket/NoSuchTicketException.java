package io.caravana.ticket;

/** There is no such ticket, or it is not the caller's to see: which of the two is not said. */
public final class NoSuchTicketException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NoSuchTicketException() {
        super("there is no such ticket, or it is not yours to see");
    }
}
