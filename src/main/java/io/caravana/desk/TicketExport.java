package io.caravana.desk;

import io.caravana.knowledge.Search;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.StateNames;
import io.caravana.ticket.Ticket;
import io.caravana.ticket.TicketFilter;
import io.caravana.ticket.Tickets;
import jakarta.servlet.http.HttpServletRequest;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** The tickets of a filtered list as a file for spreadsheets: written while it is read, however many there are. */
@RestController
@ConditionalOnWebApplication
class TicketExport {

    private static final String[] HEADER = {
        "type",
        "number",
        "state",
        "state_name",
        "priority",
        "short_description",
        "group",
        "assigned_to",
        "company",
        "opened_at",
        "updated_at",
        "closed_at"
    };

    /** What makes a spreadsheet compute a cell. */
    private static final String FORMULA = "=+-@\t\r";

    private final Tickets tickets;
    private final StateNames names;
    private final CurrentCaller caller;
    private final Search search;

    TicketExport(Tickets tickets, StateNames names, CurrentCaller caller, Search search) {
        this.search = search;
        this.tickets = tickets;
        this.names = names;
        this.caller = caller;
    }

    @GetMapping("/tickets.csv")
    ResponseEntity<StreamingResponseBody> export(HttpServletRequest request) {
        var language =
                Language.of(request.getHeader(HttpHeaders.ACCEPT_LANGUAGE)).code();
        var filter = filter(request);
        var scope = caller.scope();
        StreamingResponseBody body = out -> {
            // the mark tells spreadsheets that it is UTF-8
            var writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            writer.write('\ufeff');
            line(writer, HEADER);
            tickets.each(filter, scope, page -> {
                try {
                    for (var ticket : page) {
                        line(writer, cells(ticket, language));
                    }
                    writer.flush();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            writer.flush();
        };
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv; charset=UTF-8")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"tickets.csv\"")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(body);
    }

    private TicketFilter filter(HttpServletRequest request) {
        try {
            var asked = TicketFilter.of(
                    Address.of(request.getQueryString()).with("after", null).parameters());
            return asked.searching(search.words(asked.text()));
        } catch (IllegalArgumentException wrong) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, wrong.getMessage(), wrong);
        }
    }

    private String[] cells(Ticket ticket, String language) {
        return Stream.of(
                        ticket.type().table(),
                        ticket.number(),
                        ticket.state(),
                        names.state(ticket.type(), ticket.state(), language),
                        ticket.priority(),
                        ticket.description(),
                        ticket.group(),
                        ticket.assignedTo(),
                        ticket.company(),
                        ticket.openedAt(),
                        ticket.updatedAt(),
                        ticket.closedAt())
                .map(value -> Objects.toString(value, ""))
                .toArray(String[]::new);
    }

    private static void line(Writer writer, String... cells) throws IOException {
        writer.write(Arrays.stream(cells).map(TicketExport::cell).collect(Collectors.joining(",")) + "\r\n");
    }

    /** A cell that looks like a formula gets an apostrophe, which spreadsheets take for text. */
    static String cell(String value) {
        var harmless = !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        return harmless.matches("(?s).*[\",\r\n;'].*") || !harmless.equals(harmless.strip())
                ? '"' + harmless.replace("\"", "\"\"") + '"'
                : harmless;
    }
}
