package io.caravana.check;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import io.caravana.execution.run.TableLoad;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.SourceTable;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** Asks ServiceNow on the routes that a load takes: limits, sign-in and errors are the same. */
@Component
final class Source {

    /**
     * The first page of a read.
     *
     * @param date the answer's header {@code Date}; null when it had none
     */
    record Answer(Page page, String date) {

        /** The value that the first row has for a field; empty when there is no row or no value. */
        String value(String field) {
            var place = page.fields().names().indexOf(field);
            if (place < 0 || page.records().isEmpty()) {
                return "";
            }
            var value = page.records().get(0).value(place);
            return value == null ? "" : value;
        }
    }

    private final ProducerTemplate routes;
    private final Catalog catalog;

    Source(ProducerTemplate routes, Catalog catalog) {
        this.routes = routes;
        this.catalog = catalog;
    }

    /** Reads one page; without a second try, unless that is another request. */
    Answer read(PageCursor cursor) throws Exception {
        var load = load(catalog.tables().get(0));
        var properties = Map.of("load", load, "cursor", cursor);
        Exchange exchange;
        try {
            exchange = send("direct:fetch-page", properties);
        } catch (ServiceNowException.Retryable tooLong) {
            if (tooLong.remedy() != ServiceNowException.Remedy.SHORTER_REQUEST) {
                throw tooLong;
            }
            exchange = send("direct:fetch-page", properties);
        }
        return new Answer(exchange.getMessage().getBody(Page.class), exchange.getProperty("answerDate", String.class));
    }

    /** Learns a table's columns and looks up the fields that its configuration names, as a load does at its start. */
    SourceTable describe(Table table) throws Exception {
        return send("direct:describe-table", Map.of("load", load(table))).getProperty("source", SourceTable.class);
    }

    private Exchange send(String route, Map<String, Object> properties) throws Exception {
        var exchange = routes.request(route, request -> properties.forEach(request::setProperty));
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return exchange;
    }

    private static TableLoad load(Table table) {
        return TableLoad.unlogged("check", table);
    }
}
