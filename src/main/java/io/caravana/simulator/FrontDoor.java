package io.caravana.simulator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.caravana.simulator.Fault.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes every request: who is it, what goes wrong, what is the answer. */
final class FrontDoor implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);

    private final Gate gate;
    private final Faults faults;
    private final RequestLog requests;
    private final Router router;
    private final Control control;
    private final FaultAnswers faultAnswers;
    private final Duration latency;

    FrontDoor(
            Gate gate,
            Faults faults,
            RequestLog requests,
            Router router,
            Control control,
            FaultAnswers faultAnswers,
            Duration latency) {
        this.gate = gate;
        this.faults = faults;
        this.requests = requests;
        this.router = router;
        this.control = control;
        this.faultAnswers = faultAnswers;
        this.latency = latency;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        var call = Call.of(exchange);
        if (call.path().startsWith("/simulator/")) {
            Wire.send(exchange, call, gate.letsIn(call) ? control.answer(call) : gate.refusal(), List.of(), () -> {});
            return;
        }
        var route = Router.route(call.path());
        var visit = requests.started(call, route.table());
        try {
            answer(exchange, call, route, visit);
        } catch (RuntimeException e) {
            LOG.error("The simulator failed at {} {}", call.method(), call.path(), e);
            throw e;
        } finally {
            visit.ended(Math.max(0, exchange.getResponseCode()));
        }
    }

    private void answer(HttpExchange exchange, Call call, Router.Route route, RequestLog.Visit visit)
            throws IOException {
        var striking = route.api().isEmpty() ? List.<Fault>of() : faults.striking(route);
        if (!latency.isZero()) {
            Wire.pause((int) latency.toMillis());
        }
        for (var fault : striking) {
            if (fault.kind() == Kind.DELAY) {
                Wire.pause(fault.number("millis", 1_000));
            }
            if (fault.kind() == Kind.RESET) {
                throw new Wire.Cut("No answer");
            }
        }
        var length = exchange.getRequestURI().toString().length();
        var answer = FaultAnswers.withHeaders(
                faultAnswers.instead(striking, length).orElseGet(() -> right(call, route, striking)), striking);
        Wire.send(exchange, call, answer, striking, () -> visit.ended(answer.status()));
    }

    private Answer right(Call call, Router.Route route, List<Fault> striking) {
        if (call.path().equals("/oauth_token.do")) {
            return gate.token(call);
        }
        return gate.letsIn(call) ? router.answer(call, route, striking) : gate.refusal();
    }
}
