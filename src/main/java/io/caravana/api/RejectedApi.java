package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.caravana.job.Jobs;
import io.caravana.replica.RejectedRecords;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for rejected records. */
@Component("rejectedApi")
final class RejectedApi {

    private final Api api;
    private final Jobs jobs;
    private final RejectedRecords records;

    RejectedApi(Api api, Jobs jobs, RejectedRecords records) {
        this.api = api;
        this.jobs = jobs;
        this.records = records;
    }

    /** Answers with the records that came onto the list last. */
    public void list(
            Exchange exchange,
            @Header("table") String table,
            @Header("execution") String execution,
            @Header("before") String before,
            @Header("limit") String limit)
            throws JsonProcessingException {
        api.answer(exchange, records.list(table, execution, id(before), Api.limit(limit)));
    }

    private static Long id(String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException notANumber) {
            throw new BadRequestException("before is '%s', which is not a number".formatted(text));
        }
    }

    /** Starts to read the records anew and answers at once. */
    public void retry(Exchange exchange, @Header("table") String table) throws JsonProcessingException {
        api.accepted(exchange, jobs.retryRejected(table));
    }
}
