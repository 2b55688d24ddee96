package io.caravana.execution.checkpoint;

/**
 * The place of a record in the order in which a table is read.
 *
 * @param updatedOn its {@code sys_updated_on}, raw; null where the order is that of the keys alone
 * @param sysId its key
 */
public record Position(String updatedOn, String sysId) {}
