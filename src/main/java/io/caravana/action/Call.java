package io.caravana.action;

import java.util.List;
import java.util.Map;

/**
 * What a code is called with.
 *
 * @param cause what makes it run, as {@link Run} has it
 * @param params of a parameter that is given more than once the first value
 * @param headers by their names, as they came
 * @param by who calls; null: nobody who has signed in
 */
public record Call(
        String cause,
        String method,
        Map<String, String> params,
        String body,
        Map<String, List<String>> headers,
        String by) {}
