package io.caravana.simulator;

import java.time.Instant;
import java.util.Map;

/**
 * A request that was answered, or cut off.
 *
 * @param parameters decoded query parameters
 * @param table the table it was for, empty when it was for none
 * @param status the answered status; 0 when the connection was closed before it
 * @param started when it arrived, by the machine's clock
 * @param ended when its last byte was sent
 */
public record Request(
        String method,
        String path,
        Map<String, String> parameters,
        String table,
        int status,
        Instant started,
        Instant ended) {}
