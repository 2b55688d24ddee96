package io.caravana.assistant;

import java.util.Map;

/**
 * What a claim rests on: one row that a tool has found, or how many it has found.
 *
 * @param id its name in this conversation, such as {@code e3}
 * @param tool the tool that found it
 * @param args what the tool was asked
 * @param system servicenow, workload or runbooks
 * @param key the ticket's number, the job's id, and so on
 * @param link where people see it; null: nowhere
 * @param asOf when that was so
 * @param excerpt the row as JSON
 * @param sha256 of the excerpt, in hexadecimal digits
 */
public record Evidence(
        String id,
        String tool,
        Map<String, Object> args,
        String system,
        String table,
        String key,
        String link,
        String asOf,
        String excerpt,
        String sha256) {}
