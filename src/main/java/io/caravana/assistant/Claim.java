package io.caravana.assistant;

import java.util.List;

/**
 * One sentence of an answer.
 *
 * @param evidence ids of what it rests on, at least one
 */
public record Claim(String text, List<String> evidence) {}
