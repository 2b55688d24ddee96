package io.caravana.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;

/** The evidence of one question, in the order in which it was found. */
final class Ledger {

    private final ObjectMapper json;
    private final List<Evidence> noted = new ArrayList<>();

    Ledger(ObjectMapper json) {
        this.json = json;
    }

    /**
     * What was noted of a call.
     *
     * @param count the evidence of how many there are
     * @param isTruncated whether there are more
     * @param rows the evidence of each row, in order, with its fields
     */
    record Noted(Evidence count, boolean isTruncated, List<NotedRow> rows) {}

    record NotedRow(Evidence evidence, Map<String, Object> fields) {}

    /** Notes what a tool has found, as far as it fits. */
    Noted note(Tool tool, Map<String, ?> args, Found all) {
        var found = all.capped(json);
        var rows = found.rows().stream()
                .map(row -> {
                    var key = row.fields().get(found.key());
                    return new NotedRow(
                            add(tool, args, found, key == null ? null : key.toString(), row.link(), text(row.fields())),
                            row.fields());
                })
                .toList();
        var counted = new LinkedHashMap<String, Object>(args);
        counted.put("count", all.rows().size());
        counted.put("truncated", found.truncated());
        var count = add(tool, args, found, null, null, text(counted));
        return new Noted(count, found.truncated(), rows);
    }

    private Evidence add(Tool tool, Map<String, ?> args, Found found, String key, String link, String excerpt) {
        var evidence = new Evidence(
                "e" + (noted.size() + 1),
                tool.word(),
                Map.copyOf(args),
                found.system(),
                found.table(),
                key,
                link,
                moment(found.asOf()),
                excerpt,
                DigestUtils.sha256Hex(excerpt));
        noted.add(evidence);
        return evidence;
    }

    private static String moment(OffsetDateTime at) {
        return at == null ? null : at.toInstant().toString();
    }

    private String text(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What a tool finds is plain", e);
        }
    }

    List<Evidence> all() {
        return List.copyOf(noted);
    }
}
