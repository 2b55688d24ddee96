package io.caravana.execution.checkpoint;

import java.time.Instant;

/**
 * One reading of a table's changes, up to a moment that is fixed when it begins. A scan that was cut off is
 * resumed.
 *
 * @param readUntil every change up to here is in the replica; null: nothing was read yet
 * @param whole whether the replica has, or is to have, every row of the table; if not, changes are followed in what periods
 *     have brought
 * @param until where the scan ends
 * @param at the last record of the scan that is in the replica; null: none is
 */
public record IncrementalScan(Instant readUntil, boolean whole, Instant until, Position at) {}
