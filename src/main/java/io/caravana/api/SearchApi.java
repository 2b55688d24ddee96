package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.knowledge.Search;
import io.caravana.knowledge.Search.Filter;
import io.caravana.knowledge.Search.Hit;
import io.caravana.knowledge.SearchIndex;
import io.caravana.security.CurrentCaller;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The step of the REST route that searches. */
@Component("searchApi")
@ConditionalOnWebApplication
final class SearchApi {

    private static final int USUALLY_FOUND = 20;
    private static final int MOST_FOUND = 100;

    private final Api api;
    private final Search search;
    private final SearchIndex index;
    private final CurrentCaller caller;

    SearchApi(Api api, Search search, SearchIndex index, CurrentCaller caller) {
        this.api = api;
        this.search = search;
        this.index = index;
        this.caller = caller;
    }

    /** What was found, as the API shows it. */
    record Found(boolean complete, List<Ticket> hits) {}

    /** A ticket that was found. A column that the replica lacks is missing. */
    record Ticket(
            String type,
            String sysId,
            String number,
            String shortDescription,
            String state,
            String stateName,
            String priority,
            String assignmentGroup,
            String assignedTo,
            String company,
            String openedAt,
            String updatedAt,
            double score) {

        static Ticket of(Hit hit) {
            var ticket = hit.ticket();
            return new Ticket(
                    hit.type(),
                    text(ticket, "sys_id"),
                    text(ticket, "number"),
                    text(ticket, "short_description"),
                    text(ticket, "state"),
                    text(ticket, "dv_state"),
                    text(ticket, "priority"),
                    text(ticket, "dv_assignment_group"),
                    text(ticket, "dv_assigned_to"),
                    text(ticket, "dv_company"),
                    text(ticket, "opened_at"),
                    text(ticket, "sys_updated_on"),
                    Math.round(hit.score() * 1_000) / 1_000.0);
        }

        private static String text(JsonNode ticket, String column) {
            return ticket.path(column).asText(null);
        }
    }

    /** Answers with the tickets that fit best. */
    public void find(Exchange exchange) throws JsonProcessingException {
        var query = Query.of(exchange, "q", "type", "state", "priority", "group", "company", "limit");
        if (!search.isEnabled()) {
            throw new BadRequestException(404, "the search is off: caravana.search.enabled");
        }
        if (query.text("q") == null) {
            throw new BadRequestException("q is missing: it takes what to search for");
        }
        Api.known("type", query.text("type"), index.tables(), type -> false);
        long limit = query.number("limit") == null ? USUALLY_FOUND : query.number("limit");
        if (limit < 1 || limit > MOST_FOUND) {
            throw new BadRequestException("limit is %s, which is not between 1 and %d".formatted(limit, MOST_FOUND));
        }
        var filter = new Filter(
                given(query, "type"),
                given(query, "state"),
                given(query, "priority"),
                given(query, "group"),
                given(query, "company"));
        var answer = search.find(query.text("q"), filter, caller.scope(), (int) limit);
        api.answer(
                exchange,
                new Found(
                        answer.complete(),
                        answer.hits().stream().map(Ticket::of).toList()));
    }

    private static String given(Query query, String name) {
        return query.text(name) == null ? "" : query.text(name);
    }
}
