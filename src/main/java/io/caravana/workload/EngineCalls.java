package io.caravana.workload;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** Single requests to the engine, by the one route that leads there. */
@Component
class EngineCalls {

    private final ProducerTemplate routes;
    private final WorkloadAccess access;

    EngineCalls(ProducerTemplate routes, WorkloadAccess access) {
        this.routes = routes;
        this.access = access;
    }

    /** @throws WorkloadException if it is not answered with JSON */
    JsonNode get(EngineRequest request) throws WorkloadException {
        return ask(request, JsonNode.class);
    }

    /** @throws WorkloadException if it is not answered with a text */
    String text(EngineRequest request) throws WorkloadException {
        return ask(request, String.class);
    }

    /** Sends a write once. @throws WorkloadException if it was refused, or its answer was lost */
    void put(EngineRequest request) throws WorkloadException {
        ask(request, Object.class);
    }

    private <T> T ask(EngineRequest request, Class<T> type) throws WorkloadException {
        if (!access.isOn()) {
            throw new WorkloadException(0, "No workload engine is followed: WORKLOAD_URL");
        }
        var answered = routes.request("direct:request-engine", exchange -> exchange.setProperty("request", request));
        if (answered.getException() instanceof WorkloadException refused) {
            throw refused;
        }
        if (answered.getException() != null) {
            throw new WorkloadException(
                    0,
                    "The workload engine did not answer: "
                            + answered.getException().getMessage());
        }
        return answered.getMessage().getBody(type);
    }
}
