package io.caravana.servicenow;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.connector.HttpAnswers;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads an answer of the Table API, in any of its three display modes.
 *
 * <p>A page counts only if it parses to its end, has a {@code result} array in which every element is an object, no
 * {@code error}, and a status that is not {@code failure}: ServiceNow ends answers that took too long after the status
 * line 200 has gone out.
 */
public final class PageParser {

    private static final JsonFactory JSON = new ObjectMapper().getFactory();

    private PageParser() {}

    /**
     * Reads the stream to its end; does not close it.
     *
     * @throws BrokenAnswer if it is not a whole page
     * @throws IOException if the stream breaks
     */
    public static List<SourceRecord> parse(InputStream stream, Fields fields) throws IOException {
        try (var parser = JSON.createParser(stream).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)) {
            return new Reader(parser, fields, new SourceRecord.Writer()).page();
        }
    }

    /**
     * Reads the number of rows that an answer of ServiceNow's statistics tells.
     *
     * @throws BrokenAnswer if it tells none
     */
    public static long count(InputStream stream) throws IOException {
        var count = new ObjectMapper()
                .readTree(stream)
                .path("result")
                .path("stats")
                .path("count")
                .asText();
        if (!count.matches("\\d{1,18}")) {
            throw new BrokenAnswer("the answer has no count");
        }
        return Long.parseLong(count);
    }

    /** An answer that is not a whole page. */
    public static final class BrokenAnswer extends IOException {
        private static final long serialVersionUID = 1L;

        public BrokenAnswer(String message) {
            super(message);
        }

        public BrokenAnswer(String message, IOException cause) {
            super(message, cause);
        }
    }

    private record Reader(JsonParser parser, Fields fields, SourceRecord.Writer writer) {

        List<SourceRecord> page() throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BrokenAnswer("the answer is not a JSON object");
            }
            List<SourceRecord> records = null;
            String error = null;
            var failed = false;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "result" -> records = records();
                    case "error" -> error = error();
                    case "status" -> failed = "failure".equals(parser.getValueAsString());
                    default -> parser.skipChildren();
                }
            }
            requireEnd();
            if (error != null || failed) {
                throw new BrokenAnswer("ServiceNow ended the answer with an error: " + error);
            }
            if (records == null) {
                throw new BrokenAnswer("the answer has no result");
            }
            return records;
        }

        private void requireEnd() throws IOException {
            if (parser.currentToken() != JsonToken.END_OBJECT) {
                throw new BrokenAnswer("the answer is cut off");
            }
            if (parser.nextToken() != null) {
                throw new BrokenAnswer("the answer goes on after its end");
            }
        }

        private String error() throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            var tree = parser.readValueAsTree();
            return HttpAnswers.errorOf("{\"error\":" + tree + "}");
        }

        private List<SourceRecord> records() throws IOException {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw new BrokenAnswer("the result is not a list of records");
            }
            var records = new ArrayList<SourceRecord>();
            String stray = null;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    records.add(record());
                } else if (parser.currentToken() == null) {
                    throw new BrokenAnswer("the answer is cut off after %d records".formatted(records.size()));
                } else {
                    stray = parser.currentToken().isScalarValue()
                            ? parser.getText()
                            : parser.currentToken().name();
                    parser.skipChildren();
                }
            }
            if (stray != null) {
                throw new BrokenAnswer("element %d of the result is not a record: '%s'"
                        .formatted(records.size() + 1, stray.substring(0, Math.min(80, stray.length()))));
            }
            return records;
        }

        private SourceRecord record() throws IOException {
            var n = 0;
            for (var field = next(n); field != null; field = next(++n)) {
                var token = parser.nextToken();
                if (!field.isWanted()) {
                    parser.skipChildren();
                } else if (token == JsonToken.START_OBJECT) {
                    member(field);
                } else {
                    scalar(fields.value(field));
                }
            }
            return writer.end();
        }

        /** The record's n-th field; null after the last. Its name is compared with the record before, and seldom decoded. */
        private Fields.Field next(int n) throws IOException {
            var expected = fields.expected(n);
            if (expected == null ? parser.nextFieldName() != null : parser.nextFieldName(expected.name())) {
                return expected == null ? fields.found(n, parser.currentName()) : expected;
            }
            return parser.currentToken() == JsonToken.FIELD_NAME ? fields.found(n, parser.currentName()) : null;
        }

        private void member(Fields.Field field) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var key = parser.currentName();
                parser.nextToken();
                switch (key) {
                    case "value" -> scalar(fields.value(field));
                    case "display_value" -> scalar(fields.display(field));
                    default -> parser.skipChildren();
                }
            }
        }

        private void scalar(int place) throws IOException {
            switch (parser.currentToken()) {
                case VALUE_NULL -> writer.put(place, new char[0], 0, 0);
                case START_OBJECT, START_ARRAY -> {
                    var tree = parser.readValueAsTree().toString().toCharArray();
                    writer.put(place, tree, 0, tree.length);
                }
                default ->
                    writer.put(place, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
            }
        }
    }
}
