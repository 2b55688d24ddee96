package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;

/** The simulator's own endpoints below {@code /simulator/}. */
final class Control {
    /** The body of {@code POST /simulator/changes}; without a table, made-up changes. */
    record ChangesToPlay(String table, int count) {}

    private final Faults faults;
    private final RequestLog requests;
    private final Gate gate;
    private final Changes changes;

    Control(Faults faults, RequestLog requests, Gate gate, Changes changes) {
        this.faults = faults;
        this.requests = requests;
        this.gate = gate;
        this.changes = changes;
    }

    Answer answer(Call call) {
        try {
            return switch (call.method() + " " + call.path()) {
                case "POST /simulator/changes" -> play(Answer.MAPPER.readValue(call.text(), ChangesToPlay.class));
                case "GET /simulator/faults" -> Answer.value(200, faults.list());
                case "POST /simulator/faults" -> add(Answer.MAPPER.readValue(call.text(), Fault.class));
                case "DELETE /simulator/faults" -> {
                    faults.clear();
                    yield Answer.none(204);
                }
                case "GET /simulator/requests" -> Answer.value(200, requests.counters());
                case "DELETE /simulator/requests" -> {
                    requests.clear();
                    yield Answer.none(204);
                }
                case "DELETE /simulator/tokens" -> {
                    gate.expireTokens();
                    yield Answer.none(204);
                }
                default -> Answer.error(404, "No such endpoint", call.method() + " " + call.path());
            };
        } catch (JsonProcessingException malformed) {
            return Answer.error(400, "Cannot read the body", malformed.getOriginalMessage());
        }
    }

    private Answer play(ChangesToPlay asked) {
        var played = asked.table() == null || asked.table().isEmpty()
                ? changes.change(asked.count())
                : changes.play(asked.table(), asked.count());
        return Answer.value(200, Map.of("played", played));
    }

    private Answer add(Fault fault) {
        faults.add(fault);
        return Answer.value(201, fault);
    }
}
