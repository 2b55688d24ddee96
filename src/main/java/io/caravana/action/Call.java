package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What a code is called with.
 *
 * @param cause what makes it run, as {@link Run} has it
 * @param params of a parameter that is given more than once the first value
 * @param headers by their names, as they came
 * @param event what it runs on; null: a call
 * @param record the row of that event as it is now; null where there is none
 * @param key the same for every attempt and every replay; null: the run's id
 * @param attempt counts from 1
 * @param isDry whether the effects that it asks for are only shown
 * @param by who calls; null: nobody who has signed in
 */
public record Call(
        String cause,
        String method,
        Map<String, String> params,
        String body,
        Map<String, List<String>> headers,
        JsonNode event,
        JsonNode record,
        String key,
        int attempt,
        boolean isDry,
        String by) {}
