package io.caravana.assistant;

import java.util.List;

/**
 * An answer: what can be proved, what proves it, and what was looked for and not found.
 *
 * @param notFound sentences; also what could not be looked for, with the reason
 * @param struck how many claims were left out, as their evidence does not have what they say
 */
public record Answer(List<Claim> claims, List<Evidence> evidence, List<String> notFound, int struck) {}
