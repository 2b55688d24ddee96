package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What goes back: a status, headers, and a body that is written while it is sent; the body is null when there is none. */
record Answer(int status, Map<String, String> headers, Body body) {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private static final JsonFactory FACTORY = new JsonFactory()
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);

    @FunctionalInterface
    interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    @FunctionalInterface
    interface JsonBody {
        void writeTo(JsonGenerator json) throws IOException;
    }

    static Answer json(int status, JsonBody body) {
        return new Answer(status, headers("application/json;charset=UTF-8"), out -> {
            try (var json = FACTORY.createGenerator(out)) {
                body.writeTo(json);
            }
        });
    }

    static Answer value(int status, Object value) {
        return json(status, json -> MAPPER.writeValue(json, value));
    }

    static Answer text(int status, String contentType, String text) {
        return new Answer(status, headers(contentType), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    static Answer none(int status) {
        return new Answer(status, new LinkedHashMap<>(), null);
    }

    /** The error body of every ServiceNow interface; the detail may be null. */
    static Answer error(int status, String message, String detail) {
        return json(status, json -> {
            json.writeStartObject();
            writeError(json, message, detail);
            json.writeEndObject();
        });
    }

    static void writeError(JsonGenerator json, String message, String detail) throws IOException {
        json.writeObjectFieldStart("error");
        json.writeStringField("message", message);
        json.writeStringField("detail", detail);
        json.writeEndObject();
        json.writeStringField("status", "failure");
    }

    Answer with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body);
    }

    Answer without(String header) {
        var fewer = new LinkedHashMap<>(headers);
        fewer.remove(header);
        return new Answer(status, fewer, body);
    }

    private static Map<String, String> headers(String contentType) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", contentType);
        return headers;
    }
}
