package io.caravana.execution;

import java.time.Instant;

/**
 * One reading of a table's changes, up to a moment that is fixed when it begins. A pass that was cut off is gone on
 * with.
 *
 * @param readUntil every change up to here is in the replica; null: nothing was read yet
 * @param until where the pass ends
 * @param at the last record of the pass that is in the replica; null: none is
 */
public record Pass(Instant readUntil, Instant until, Position at) {}
