package io.caravana.check;

import io.caravana.catalog.Table;
import io.caravana.pipeline.LoadContext;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.SourceTable;
import io.caravana.servicenow.TableReader;
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

    Source(ProducerTemplate routes) {
        this.routes = routes;
    }

    /** Reads one page; without a second try, unless that is another request. */
    Answer read(PageCursor cursor) throws Exception {
        var reader = new TableReader(cursor);
        try {
            send("direct:fetch-page", reader);
        } catch (ServiceNowException.Retryable tooLong) {
            if (tooLong.remedy() != ServiceNowException.Remedy.SHORTER_REQUEST) {
                throw tooLong;
            }
            send("direct:fetch-page", reader);
        }
        return new Answer(reader.page(), reader.answerDate());
    }

    /** Learns a table's columns and looks up the fields that its configuration names, as a load does at its start. */
    SourceTable describe(Table table) throws Exception {
        var load = new LoadContext(table);
        send("direct:describe-table", load);
        return load.source();
    }

    private void send(String route, TableReader reader) throws Exception {
        var exchange = routes.request(route, request -> request.setProperty("load", reader));
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
    }
}
