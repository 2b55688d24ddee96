package io.caravana.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The shipped configuration with one mistake in it, read as Caravana reads it, with nothing started. */
class WrongSettingsTest {

    @ConfigurationPropertiesScan("io.caravana")
    static class SettingsOnly {}

    @TempDir
    Path folder;

    @BeforeEach
    void shipped() throws IOException {
        for (var file : List.of("application.yaml", "tables.yaml", "events.yaml", "sla-rules.yaml")) {
            Files.copy(Path.of("config", file), folder.resolve(file));
        }
    }

    @Test
    void the_shipped_configuration_is_right() {
        start();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            tables.yaml      | window-column: opened_at | widow-column: opened_at | there is no key caravana.tables[0].widow-column. Did you mean 'window-column'?
            tables.yaml      | source: sc_task          | souce: sc_task          | there is no key caravana.tables[10].souce. Did you mean 'source'?
            tables.yaml      | caravana:                | caravan:                | there is no key caravan. Did you mean 'caravana'?
            tables.yaml      | caravana:                | incidents:              | incidents does not belong here, only caravana.tables does
            tables.yaml      | tables:                  | table:                  | there is no key caravana.table. Did you mean 'tables'?
            events.yaml      | {type: "note:added", tables: [sys_journal_field], kinds: [created]} | {type: x, table: [y]} | there is no key caravana.events[18].table. Did you mean 'tables'?
            events.yaml      | caravana:                | spring:                 | spring does not belong here, only caravana.events does
            application.yaml | threads: 4               | thread: 4               | there is no key caravana.jobs[0].thread. Did you mean 'threads'?
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | rate-limits: 25         | there is no key caravana.servicenow.rate-limits. Did you mean 'rate-limit'?
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | reports: true          | there is no key caravana.servicenow.reports. Did you mean caravana.replica.reports?
            application.yaml | servicenow:              | servicenw:              | there is no key caravana.servicenw. Did you mean 'servicenow'?
            application.yaml | caravana:                | caravan:                | there is no key caravan. Did you mean 'caravana'?
            """)
    void a_key_that_is_not_there_is_named_with_its_file_its_line_and_the_nearest_right_one(
            String file, String right, String wrong, String says) throws IOException {
        var line = replace(file, right, wrong);
        // the first value below a key without one is in the line after it, or after a comment
        var first = right.endsWith(":") ? "line \\d+" : "line " + line;
        assertThat(mistakes())
                .singleElement()
                .asString()
                .matches(Pattern.quote(folder.resolve(file) + ", ") + first + Pattern.quote(": " + says));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            tables.yaml      | display-values: labels   | display-values: label   | caravana.tables[0].display-values is 'label'; it takes none or labels or all. Did you mean 'labels'?
            tables.yaml      | window-column: opened_at | page-size: 20000        | caravana.tables[0].page-size is '20000'; it takes a whole number from 0 to 10000
            tables.yaml      | window-column: opened_at | delete-share: 20        | caravana.tables[0].delete-share is '20'; it takes a number from 0 to 1
            tables.yaml      | window-column: opened_at | delete-share: half      | caravana.tables[0].delete-share is 'half'; it takes a number from 0 to 1
            tables.yaml      | window-column: opened_at | window-column: Opened   | caravana.tables[0].window-column is 'Opened'; it takes a name of small letters, digits and underscores that begins with a letter
            tables.yaml      | window-column: opened_at | fields: [number, B]     | caravana.tables[0].fields[1] is 'B'; it takes a field such as number, or a walk over references such as caller_id.name
            tables.yaml      | source: sc_task          | filter: active=true     | caravana.tables[10].source is missing; it takes a name of small letters, digits and underscores that begins with a letter
            tables.yaml      | target: groups           | target: incident        | caravana.tables[5].target is 'incident'; caravana.tables[0] has this target already: give one of them another
            tables.yaml      | job: incidents           | job: incidnts           | caravana.tables[0].job is 'incidnts'; it takes one of the jobs incidents, configurations, tickets, choices. Did you mean 'incidents'?
            tables.yaml      | - source: sc_task        | - sc_task: incident     | there is no key caravana.tables[10].sctask. The keys here are source, target, job, enabled, window-column, filter, fields, display-values, page-size, live, history, change-log, on-delete, delete-share
            events.yaml      | columns: [state], to: ["6"] | to: ["6"] | caravana.events[2].columns is missing; from, to and reaches compare values of columns: it takes at least one
            sla-rules.yaml   | hours: 4, calendar: always | hours: 4, calendar: alway | caravana.sla.rules[1].calendar is 'alway'; it takes one of the calendars office, always
            sla-rules.yaml   | holidays: BR             | holidays: BR-XX         | caravana.sla.calendars[0].holidays is 'BR-XX'; it takes BR or one of BR-GO, BR-MG, BR-MS, BR-PB, BR-PE, BR-PR, BR-RJ, BR-RN, BR-RS, BR-SP
            sla-rules.yaml   | measure: response        | measure: reponse        | caravana.sla.rules[0].measure is 'reponse'; it takes response or resolution. Did you mean 'response'?
            sla-rules.yaml   | {table: sc_task, priority: 0 | {table: sc_item, priority: 0 | caravana.sla.rules[4].table is 'sc_item'; caravana.sla.tickets does not say what its states mean
            events.yaml      | reaches: 75              | reaches: half           | caravana.events[11].reaches is 'half'; it takes a number
            events.yaml      | tables: [incident], kinds: [created] | tables: [incident], kinds: [made] | caravana.events[0].kinds[0] is 'made'; it takes created or updated or deleted
            tables.yaml      | window-column: opened_at | ledger: always          | there is no key caravana.tables[0].ledger any more: it is change-log now
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | headers: [{name: Host, value: s3cret}] | caravana.servicenow.headers[0].name is 'Host'; it takes a header that neither HTTP nor the sign-in sets
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | headers: [{name: authorization, value: s3cret}] | caravana.servicenow.headers[0].name is 'authorization'; it takes a header that neither HTTP nor the sign-in sets
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | headers: [{name: X-Key, value: s3cret-€}] | caravana.servicenow.headers[0].value is wrong; it takes characters that an HTTP header can carry
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | headers: [{name: X-Key}] | caravana.servicenow.headers[0].value is missing; it takes a text that is not empty
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | rate-limit: many        | caravana.servicenow.rate-limit is 'many'; it takes a whole number of 1 or more
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | connect-timeout: 10 sec | caravana.servicenow.connect-timeout is '10 sec'; it takes a duration such as 500ms, 10s or 5m
            application.yaml | sync-mode: key-diff      | reads: keys             | there is no key caravana.jobs[5].reads any more: it is sync-mode now: window, incremental, key-diff or retry-rejected
            application.yaml | sync-mode: key-diff      | sync-mode: keys         | caravana.jobs[5].sync-mode is 'keys'; it takes window or incremental or key-diff or retry-rejected
            application.yaml | time-zone: UTC           | replica.schema: bi      | there is no key caravana.replica.schema any more: replica tables are in the schema servicenow
            application.yaml | time-zone: UTC           | retention.changes: 0s   | caravana.retention.changes is '0s'; it takes a duration of 1d or more
            application.yaml | time-zone: UTC           | replica.batch-size: 500 | there is no key caravana.replica.batch-size any more: a statement writes 1,000 records
            application.yaml | time-zone: UTC           | database.idle-in-transaction: 9s | there is no key caravana.database.idle-in-transaction any more: a transaction may wait 60 seconds for its next statement
            application.yaml | overlap: 5m              | describe-every: 1h      | there is no key caravana.live.describe-every any more: columns are remembered for an hour
            application.yaml | time-zone: UTC           | alive: 2s               | there is no key caravana.alive any more: it is caravana.worker.timeout now
            application.yaml | time-zone: UTC           | retry.total: 30m        | there is no key caravana.retry.total any more: caravana.retry.attempts alone says how long a step is tried again
            application.yaml | time-zone: UTC           | notifications.every-millis: 9 | there is no key caravana.notifications.every-millis any more: alerts are looked for every five seconds
            application.yaml | time-zone: UTC           | metrics.refresh: 60s    | there is no key caravana.metrics.refresh any more: the metrics of the jobs are read from the execution log once a minute
            application.yaml | time-zone: UTC           | resume-every-millis: 9  | there is no key caravana.resume-every-millis any more: loads to resume are looked for every half minute
            application.yaml | time-zone: UTC           | retention.every: 1h     | there is no key caravana.retention.every any more: what is too old is deleted once an hour
            application.yaml | time-zone: UTC           | retention.notices: 23h  | caravana.retention.notices is '23h'; it takes a duration of 1d or more
            application.yaml | rate-limit: ${SERVICENOW_RATE_LIMIT:25} | max-page-bytes: big     | caravana.servicenow.max-page-bytes is 'big'; it takes a size such as 512KB or 64MB
            application.yaml | page-size: 1000          | page-size: 100000       | caravana.servicenow.page-size is '100000'; it takes a whole number from 1 to 10000
            application.yaml | time-zone: UTC           | time-zone: Lisbon       | caravana.time-zone is 'Lisbon'; it takes a time zone such as UTC or America/Sao_Paulo
            application.yaml | time-zone: UTC           | demo: maybe             | caravana.demo is 'maybe'; it takes true or false
            application.yaml | name: tickets            | name: incidents         | caravana.jobs[2].name is 'incidents'; another job has this name
            application.yaml | cron: ""                 | cron: 0 30 5 * *        | caravana.jobs[0].cron is '0 30 5 * *'; it takes a Quartz expression such as '0 30 5 * * ?' (Unexpected end of expression.)
            """)
    void a_wrong_value_is_named_with_its_file_its_line_its_key_and_what_would_be_right(
            String file, String right, String wrong, String says) throws IOException {
        var line = replace(file, right, wrong);
        assertThat(mistakes()).contains("%s, line %d: %s".formatted(folder.resolve(file), line, says));
    }

    @Test
    void a_history_needs_a_name_that_is_free_and_not_too_long() throws IOException {
        var line = replace("tables.yaml", "window-column: opened_at", "history: true");
        replace("tables.yaml", "target: groups", "target: incident_history");
        replace("tables.yaml", "target: sys_company", "target: " + "c".repeat(56) + "\n      history: true");
        assertThat(mistakes())
                .contains(
                        "%s, line %d: caravana.tables[0].history is 'true'; another table has the target incident_history: give that one another"
                                .formatted(folder.resolve("tables.yaml"), line))
                .anySatisfy(
                        mistake -> assertThat(mistake)
                                .contains(
                                        "caravana.tables[6].history is 'true'; the name " + "c".repeat(56)
                                                + "_history is longer than PostgreSQL's 63 characters: give the table a shorter target"));
    }

    @Test
    void all_wrong_values_are_said_at_once() throws IOException {
        replace("tables.yaml", "display-values: labels", "display-values: label");
        replace("tables.yaml", "target: groups", "target: Groups");
        replace("application.yaml", "threads: 4", "threads: 400");
        replace("application.yaml", "rate-limit: ${SERVICENOW_RATE_LIMIT:25}", "rate-limit: many");
        assertThat(mistakes()).hasSize(4);
    }

    @Test
    void an_empty_entry_is_named_with_the_keys_it_takes() throws IOException {
        Files.writeString(folder.resolve("tables.yaml"), "\n    -\n", StandardOpenOption.APPEND);
        assertThat(mistakes())
                .singleElement()
                .asString()
                .startsWith(folder.resolve("tables.yaml") + ", line ")
                .contains("caravana.tables[20] takes no value, but keys below it: source, target, job");
    }

    @Test
    void a_value_in_place_of_keys_is_named() throws IOException {
        var line = replace("application.yaml", "  servicenow:", "  database: mine\n  servicenow:");
        assertThat(mistakes())
                .contains("%s, line %d: caravana.database takes no value, but keys below it: %s"
                        .formatted(
                                folder.resolve("application.yaml"),
                                line,
                                "url, username, password, pool-size, embedded"));
    }

    @Test
    void keys_of_spring_and_camel_may_stand_in_the_users_file() throws IOException {
        Files.writeString(
                folder.resolve("application.yaml"),
                "\nspring:\n  datasource:\n    anything: 1\ncamel:\n  main:\n    name: mine\n",
                StandardOpenOption.APPEND);
        start();
    }

    @Test
    void a_key_may_be_written_in_every_way_that_spring_boot_knows() throws IOException {
        replace("tables.yaml", "window-column: opened_at", "windowColumn: opened_at");
        replace("application.yaml", "rate-limit: ${SERVICENOW_RATE_LIMIT:25}", "rate_limit: 25");
        start();
    }

    @Test
    void a_wrong_key_on_the_command_line_is_named_too() {
        assertThat(mistakes("--caravana.replica.delete-shar=1"))
                .containsExactly("--caravana.replica.delete-shar: there is no key caravana.replica.delete-shar."
                        + " Did you mean 'delete-share'?");
    }

    @Test
    void a_wrong_value_in_an_environment_variable_is_named_by_the_variable() {
        assertThat(mistakes("--SERVICENOW_PROXY_PORT=high"))
                .containsExactly(
                        "SERVICENOW_PROXY_PORT: caravana.servicenow.proxy.port is 'high'; it takes a whole number from 0 to 65535");
    }

    @Test
    void a_wrong_secret_is_not_shown() {
        assertThat(mistakes("--caravana.simulator.password= "))
                .containsExactly("--caravana.simulator.password: caravana.simulator.password is wrong;"
                        + " it takes a text that is not empty");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            slack.url=http://hooks.example.com/secret-part        | slack.url is wrong; it takes an address that begins with https://, as the address is a secret
            webhook.url=https://ana:secret-part@hooks.example.com | webhook.url is wrong; it takes an address that begins with https:// and has no user in it
            webhook.url=secret-part                               | webhook.url is wrong; it takes an address that begins with https:// and has no user in it
            """)
    void the_address_of_a_webhook_that_is_wrong_is_not_shown(String argument, String says) {
        assertThat(mistakes("--caravana.notifications." + argument))
                .singleElement()
                .asString()
                .contains("caravana.notifications." + says)
                .doesNotContain("secret-part");
    }

    @Test
    void a_mail_password_may_not_travel_in_the_clear() {
        assertThat(mistakes(
                        "--caravana.notifications.mail.host=mail.example.com",
                        "--caravana.notifications.mail.from=caravana@example.com",
                        "--caravana.notifications.mail.to=ana@example.com",
                        "--caravana.notifications.mail.username=caravana",
                        "--caravana.notifications.mail.password=sesame",
                        "--caravana.notifications.mail.encryption=none"))
                .containsExactly("--caravana.notifications.mail.encryption: caravana.notifications.mail.encryption is"
                        + " 'none'; it takes starttls or tls where there is a password");
    }

    @Test
    void mail_without_addresses_is_not_configured() {
        assertThat(mistakes("--caravana.notifications.mail.host=mail.example.com"))
                .hasSize(2)
                .anyMatch(mistake -> mistake.contains("caravana.notifications.mail.from"))
                .anyMatch(mistake -> mistake.contains("caravana.notifications.mail.to"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"open sesame", "{noop}open sesame", "{bcrypt}open sesame"})
    void a_password_that_is_not_hashed_is_refused_and_not_shown(String password) {
        assertThat(mistakes(
                        "--caravana.security.users[0].name=ana",
                        "--caravana.security.users[0].role=viewer",
                        "--caravana.security.users[0].password=" + password))
                .singleElement()
                .asString()
                .contains("caravana.security.users[0].password is wrong", "'caravana.jar hash-password'")
                .doesNotContain("sesame");
    }

    @Test
    void a_token_that_is_not_hashed_is_refused_and_not_shown() {
        assertThat(mistakes(
                        "--caravana.security.tokens[0].name=robot",
                        "--caravana.security.tokens[0].role=boss",
                        "--caravana.security.tokens[0].token=0123456789abcdef0123456789abcdef"))
                .hasSize(2)
                .anySatisfy(mistake -> assertThat(mistake).contains("it takes viewer or operator or admin"))
                .anySatisfy(mistake -> assertThat(mistake)
                        .contains("caravana.security.tokens[0].token is wrong", "'caravana.jar hash-token'"))
                .noneMatch(mistake -> mistake.contains("0123456789"));
    }

    @Test
    void a_file_that_is_not_yaml_is_named_with_the_line() throws IOException {
        var line = replace("tables.yaml", "      job: tickets", "\tjob: tickets");
        var failure = catchThrowable(this::start);
        System.setProperty("CARAVANA_CONFIG_DIR", folder.toString());
        try {
            var analysis = new BrokenYamlFailureAnalyzer().analyze(failure);
            assertThat(analysis.getDescription())
                    .startsWith("%s, line %d: ".formatted(folder.resolve("tables.yaml"), line))
                    .contains("job: tickets");
        } finally {
            System.clearProperty("CARAVANA_CONFIG_DIR");
        }
    }

    /** Replaces the first occurrence, and tells its line. */
    private int replace(String file, String right, String wrong) throws IOException {
        var text = Files.readString(folder.resolve(file));
        var at = text.indexOf(right);
        assertThat(at).as(right).isPositive();
        Files.writeString(folder.resolve(file), text.substring(0, at) + wrong + text.substring(at + right.length()));
        return (int) text.substring(0, at).lines().count() + (text.charAt(at - 1) == '\n' ? 1 : 0);
    }

    private List<String> mistakes(String... arguments) {
        var failure = catchThrowable(() -> start(arguments));
        assertThat(failure).isInstanceOf(WrongSettingsException.class);
        return failure.getMessage().lines().toList();
    }

    private void start(String... arguments) {
        try (var context = new SpringApplicationBuilder(SettingsOnly.class, SettingsCheck.class)
                .web(WebApplicationType.NONE)
                .properties("spring.config.location=classpath:/", "CARAVANA_CONFIG_DIR=" + folder)
                .run(arguments)) {
            assertThat(context.isRunning()).isTrue();
        }
    }
}
