package io.caravana.sla;

import java.time.Duration;
import java.time.Instant;

/**
 * How a promise stands.
 *
 * @param elapsed the working time that has passed
 * @param warningAt when three quarters of the time have passed or will have; null while that is unknown, as time does not run
 * @param dueAt when all of it has passed or will have; null while that is unknown
 * @param endedAt when it was kept or at last done; null while it is not
 * @param breachedAt when all of the time had passed; null while it has not
 */
record Reading(Stage stage, Duration elapsed, Instant warningAt, Instant dueAt, Instant endedAt, Instant breachedAt) {

    /** Named as in ServiceNow's {@code task_sla}. */
    enum Stage {
        IN_PROGRESS,
        PAUSED,
        COMPLETED,
        CANCELLED
    }

    boolean isBreached() {
        return breachedAt != null;
    }
}
