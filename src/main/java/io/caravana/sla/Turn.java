package io.caravana.sla;

import java.time.Instant;

/** A ticket's way from one phase to another. */
record Turn(Instant at, Phase phase) {}
