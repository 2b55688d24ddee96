package io.caravana.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Set;

/**
 * The body of a load request.
 *
 * @param start {@code data_inicio}; null when not given
 * @param end {@code data_fim}; null when not given
 */
record LoadRequest(LocalDate start, LocalDate end) {

    private static final String START = "data_inicio";
    private static final String END = "data_fim";
    private static final Set<String> KNOWN = Set.of(START, END);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * Reads a body; an empty one is a request without dates.
     *
     * @throws BadRequestException saying what is wrong with it
     */
    static LoadRequest parse(String body) {
        if (body.isBlank()) {
            return new LoadRequest(null, null);
        }
        var object = object(body);
        object.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw new BadRequestException(
                        "unknown field '%s'; the fields are %s and %s".formatted(name, START, END));
            }
        });
        return new LoadRequest(date(object, START), date(object, END));
    }

    private static JsonNode object(String body) {
        try {
            var tree = JSON.readTree(body);
            if (!tree.isObject()) {
                throw new BadRequestException("the body is not a JSON object");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new BadRequestException("the body is not valid JSON: " + e.getOriginalMessage());
        }
    }

    private static LocalDate date(JsonNode object, String field) {
        var value = object.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new BadRequestException("%s must be a text of the form YYYY-MM-DD, not %s".formatted(field, value));
        }
        try {
            return LocalDate.parse(value.textValue());
        } catch (DateTimeException e) {
            throw new BadRequestException(
                    "%s is '%s', which is not a date of the form YYYY-MM-DD".formatted(field, value.textValue()));
        }
    }
}
