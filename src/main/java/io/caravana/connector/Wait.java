package io.caravana.connector;

/** What a request waits for before it is sent. */
public enum Wait {
    /** Others are in flight, as many as there may be. */
    IN_FLIGHT,
    /** Others count to this second, as many as there may be. */
    RATE,
    /** Nothing may be sent: ServiceNow asked for that, or has failed several times in a row. */
    PAUSE
}
