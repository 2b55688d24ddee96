package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.caravana.action.ActionException;
import io.caravana.error.Failures;
import io.caravana.execution.recovery.JobRunningException;
import io.caravana.job.UnknownExecutionException;
import io.caravana.job.UnknownJobException;
import io.caravana.job.WrongStateException;
import io.caravana.replica.ReplicaSource.OtherSourceException;
import io.caravana.ticket.NoSuchTicketException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.StreamCache;
import org.apache.camel.TypeConversionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Answers a failed request with what is wrong, and with nothing about the inside. */
@Component("problems")
final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private final Api api;

    Problems(Api api) {
        this.api = api;
    }

    public void answer(Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
            throws JsonProcessingException {
        if (failure instanceof BadRequestException bad) {
            problem(exchange, bad.status(), bad.getMessage(), Map.of());
            if (bad.status() == HttpStatus.UNAUTHORIZED.value()) {
                exchange.getMessage().setHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Caravana\"");
            }
        } else if (failure instanceof ActionException refused) {
            RunApi.refuse(api, exchange, refused);
        } else if (failure instanceof IllegalArgumentException bad) {
            problem(exchange, 400, bad.getMessage(), Map.of());
        } else if (failure instanceof TypeConversionException conversion
                && conversion.getToType() == StreamCache.class) {
            problem(exchange, 400, "The body has to be text in UTF-8.", Map.of());
        } else if (failure instanceof UnknownJobException
                || failure instanceof UnknownExecutionException
                || failure instanceof NoSuchTicketException) {
            problem(exchange, 404, failure.getMessage(), Map.of());
        } else if (failure instanceof OtherSourceException || failure instanceof WrongStateException) {
            problem(exchange, 409, failure.getMessage(), Map.of());
        } else if (failure instanceof JobRunningException running) {
            problem(exchange, 409, running.getMessage(), Map.of("execution_id", running.executionId()));
        } else if (failure instanceof DataAccessException || failure instanceof TransactionException) {
            Failures.log(LOG, "A request could not be served", failure);
            problem(exchange, 503, "the database does not answer; try again later", Map.of());
        } else {
            Failures.log(LOG, "A request could not be served", failure);
            problem(exchange, 500, "the log of the process says what went wrong", Map.of());
        }
    }

    private void problem(Exchange exchange, int status, String detail, Map<String, Object> more)
            throws JsonProcessingException {
        var members = new java.util.LinkedHashMap<String, Object>();
        members.put("detail", detail);
        members.putAll(more);
        api.problem(exchange, status, members);
    }
}
