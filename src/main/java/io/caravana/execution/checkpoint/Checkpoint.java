package io.caravana.execution.checkpoint;

/**
 * How far a range of a table's keys has been read and stored.
 *
 * @param part its number; 0 is the whole table, before it is split into ranges
 * @param from the first key of the range; null: from the beginning
 * @param to the first key after the range; null: to the end
 * @param at the last key that is stored; null: none is
 * @param hiddenRows rows after that key that were passed over, as they are hidden
 * @param done whether the end of the range was proven
 */
public record Checkpoint(int part, String from, String to, String at, int hiddenRows, boolean done) {}
