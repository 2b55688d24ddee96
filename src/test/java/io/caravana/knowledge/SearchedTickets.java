package io.caravana.knowledge;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Job;
import io.caravana.catalog.Table;
import io.caravana.catalog.Table.DisplayValues;
import io.caravana.catalog.Table.LoggedBy;
import io.caravana.catalog.Table.OnDelete;
import io.caravana.database.TestDatabase;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** A replica in a database of its own, and the search over it. */
final class SearchedTickets {

    private static final Clock FRIDAY = Clock.fixed(Instant.parse("2026-03-06T15:00:00Z"), ZoneOffset.UTC);

    private static final List<String> COLUMNS = List.of(
            "sys_id",
            "number",
            "short_description",
            "description",
            "close_notes",
            "state",
            "priority",
            "company",
            "assignment_group",
            "dv_caller_id",
            "dv_assignment_group");

    private final DriverManagerDataSource source = new DriverManagerDataSource(TestDatabase.url());
    final JdbcClient jdbc = JdbcClient.create(source);
    final SearchIndex index;
    final Search search;

    SearchedTickets() {
        Flyway.configure().dataSource(source).defaultSchema("caravana").load().migrate();
        var properties = new SearchProperties(true, List.of(), 5_000);
        var json = new ObjectMapper();
        var transaction = new TransactionTemplate(new DataSourceTransactionManager(source));
        var catalog = new Catalog(
                ZoneOffset.UTC,
                List.<Job>of(),
                List.of(table("incident"), table("sc_task"), table("sys_journal_field")));
        index = new SearchIndex(jdbc, transaction, catalog, json);
        search = new Search(jdbc, index, new Glossary(properties), new Spelling(jdbc), json, properties);
        jdbc.sql(
                        "CREATE TABLE servicenow.incident (%s, sys_updated_on timestamptz, etl_updated_at timestamptz DEFAULT now(), PRIMARY KEY (sys_id))"
                                .formatted(COLUMNS.stream()
                                        .map(name -> name + " text")
                                        .collect(Collectors.joining(", "))))
                .update();
    }

    private static Table table(String name) {
        return new Table(
                name,
                name,
                "incidents",
                true,
                "",
                "",
                List.of(),
                DisplayValues.LABELS,
                0,
                true,
                false,
                LoggedBy.LIVE,
                OnDelete.HARD,
                null);
    }

    /** The incidents that the simulator makes, with the names of people and groups. */
    static List<Map<String, String>> simulated(int incidents) {
        try (var simulator = Simulator.start(SimulatorProperties.defaults().withIncidents(incidents), FRIDAY)) {
            var names = new HashMap<String, String>();
            simulator.rows("sys_user").forEach(user -> names.put(user.get("sys_id"), user.get("name")));
            simulator.rows("sys_user_group").forEach(group -> names.put(group.get("sys_id"), group.get("name")));
            var rows = new ArrayList<Map<String, String>>();
            for (var row : simulator.rows("incident")) {
                var named = new HashMap<>(row);
                named.put("dv_caller_id", names.getOrDefault(row.get("caller_id"), ""));
                named.put("dv_assignment_group", names.getOrDefault(row.get("assignment_group"), ""));
                rows.add(named);
            }
            return rows;
        }
    }

    void store(Map<String, String> ticket) {
        var names = COLUMNS.stream().filter(ticket::containsKey).toList();
        var insert = jdbc.sql(
                "INSERT INTO servicenow.incident (%s, sys_updated_on) VALUES (%s, CAST(:updated AS timestamptz))"
                        .formatted(
                                String.join(", ", names),
                                names.stream().map(name -> ":" + name).collect(Collectors.joining(", "))));
        for (var name : names) {
            insert = insert.param(name, ticket.get(name));
        }
        var updated = ticket.getOrDefault("sys_updated_on", "2026-03-06 15:00:00");
        insert.param("updated", updated + "Z").update();
    }

    /** Stores a ticket by its columns and their values, in turn. */
    void store(String... values) {
        var ticket = new HashMap<String, String>();
        for (int index = 0; index < values.length; index += 2) {
            ticket.put(values[index], values[index + 1]);
        }
        ticket.putIfAbsent("sys_id", ticket.get("number"));
        store(ticket);
    }

    /** Brings the index up to date. */
    void follow() {
        index.begin();
        while (index.follow()) {
            // until there are no more
        }
    }
}
