package io.caravana.alert;

import io.caravana.alert.TicketAlertProperties.Rule;
import io.caravana.change.ChangeEvent;
import io.caravana.replica.RowScopes;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.camel.Body;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Notes the changes of tickets that people are to be told of. */
@Component("ticketAlerts")
public class TicketAlerts {

    private static final String IN_SCOPE = """
            SELECT caravana.in_scope(CAST(:company AS text), CAST(:group AS text),
              CAST(:scope_companies AS text[]), CAST(:scope_groups AS text[]))""";

    private final TicketAlertProperties properties;
    private final Channels channels;
    private final Outbox outbox;
    private final RowScopes scopes;
    private final JdbcClient jdbc;

    TicketAlerts(
            TicketAlertProperties properties, Channels channels, Outbox outbox, RowScopes scopes, JdbcClient jdbc) {
        this.properties = properties;
        this.channels = channels;
        this.outbox = outbox;
        this.scopes = scopes;
        this.jdbc = jdbc;
    }

    /** Whether there is a rule, and a channel to tell by. */
    public boolean isOn() {
        return channels.isOn() && !properties.rules().isEmpty();
    }

    /** Notes a change for each channel, if a rule fits it. */
    public void note(@Body ChangeEvent event) {
        if (properties.rules().stream().anyMatch(rule -> fits(rule, event))) {
            outbox.add(Notice.of(
                    "ticket",
                    event.committedAt(),
                    Map.of(
                            "what", String.join(", ", event.types()),
                            "ticket", Optional.ofNullable(event.number()).orElse(event.sysId()),
                            "table", event.table(),
                            "priority", Optional.ofNullable(event.priority()).orElse("none"),
                            "who", Optional.ofNullable(event.changedBy()).orElse("unknown"),
                            "columns", columns(event))));
        }
    }

    private boolean fits(Rule rule, ChangeEvent event) {
        return rule.fits(event.types(), event.priority())
                && scopes.of(
                                rule.companies().isEmpty() ? null : rule.companies(),
                                rule.groups().isEmpty() ? null : rule.groups())
                        .bind(jdbc.sql(IN_SCOPE))
                        .param("company", event.company())
                        .param("group", event.assignmentGroup())
                        .query(Boolean.class)
                        .single();
    }

    /** The names of the columns that changed. The values stay in the database: mail is read in many places. */
    private static String columns(ChangeEvent event) {
        Iterable<String> names = event.changes()::fieldNames;
        return StreamSupport.stream(names.spliterator(), false)
                .filter(name -> !name.startsWith("sys_"))
                .sorted()
                .limit(20)
                .collect(Collectors.joining(", "));
    }
}
