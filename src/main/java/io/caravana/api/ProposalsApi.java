package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.security.CurrentCaller;
import io.caravana.workload.Proposals;
import io.caravana.workload.Proposals.NotPossible;
import java.io.IOException;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for writes to the workload engine that wait for a second operator. */
@Component("proposalsApi")
@ConditionalOnWebApplication
final class ProposalsApi {

    private static final int LISTED = 100;

    private final Api api;
    private final Proposals proposals;
    private final CurrentCaller caller;
    private final ObjectMapper json;

    ProposalsApi(Api api, Proposals proposals, CurrentCaller caller, ObjectMapper json) {
        this.api = api;
        this.proposals = proposals;
        this.caller = caller;
        this.json = json;
    }

    private record Asked(String action, String jobId, String ticket, String reason) {}

    private record Approved(String sha256) {}

    /** Answers with the proposals, the newest first; an operator sees them. */
    public void list(Exchange exchange) throws JsonProcessingException {
        Query.of(exchange);
        if (!caller.mayOperate()) {
            throw new BadRequestException(403, "it takes the role operator");
        }
        api.answer(exchange, proposals.list(caller.scope(), LISTED));
    }

    /** Proposes a write, and answers with the proposal. */
    public void propose(Exchange exchange) throws IOException {
        Query.of(exchange);
        var asked = body(exchange, Asked.class);
        try {
            api.answer(
                    exchange,
                    proposals.propose(
                            asked.action(),
                            asked.jobId(),
                            asked.ticket(),
                            asked.reason(),
                            caller.name(),
                            caller.scope()));
        } catch (NotPossible e) {
            throw new BadRequestException(409, e.getMessage());
        }
    }

    /** Approves and carries out, and answers with the proposal and its outcome. */
    public void approve(Exchange exchange, @Header("id") String id) throws IOException {
        Query.of(exchange);
        var approved = body(exchange, Approved.class);
        try {
            api.answer(exchange, proposals.approve(key(id), approved.sha256(), caller.name(), caller.scope()));
        } catch (NotPossible e) {
            throw new BadRequestException(409, e.getMessage());
        }
    }

    /** Rejects, and answers with the proposal. */
    public void reject(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        try {
            api.answer(exchange, proposals.reject(key(id), caller.name(), caller.scope()));
        } catch (NotPossible e) {
            throw new BadRequestException(409, e.getMessage());
        }
    }

    private <T> T body(Exchange exchange, Class<T> type) throws IOException {
        try {
            var read = json.readValue(Api.body(exchange), type);
            if (read == null) {
                throw new BadRequestException("the body is missing");
            }
            return read;
        } catch (JsonProcessingException e) {
            throw new BadRequestException("the body is no JSON that can be read");
        }
    }

    private static UUID key(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(400, "'%s' is no id of a proposal".formatted(id));
        }
    }
}
