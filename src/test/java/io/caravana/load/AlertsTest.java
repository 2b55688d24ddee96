package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import io.caravana.alert.Alerts;
import io.caravana.execution.log.ExecutionLog;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** Whole loads, with a mail server and webhooks that are told of them. */
@DirtiesContext
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(
        properties = {
            "caravana.simulator.password=" + AlertsTest.ACCOUNT_PASSWORD,
            "caravana.notifications.per-hour=5",
            "caravana.notifications.base-url=https://caravana.example.com/",
            "caravana.notifications.mail.encryption=none",
            "caravana.notifications.mail.username=postman",
            "caravana.notifications.mail.password=" + AlertsTest.MAIL_PASSWORD,
            "caravana.notifications.mail.from=Caravana & co <caravana+night@example.com>",
            "caravana.notifications.mail.to=ana@example.com, rui+night@example.com",
            "caravana.notifications.webhook.token=" + AlertsTest.TOKEN,
            "caravana.ticket-alerts.rules[0].events=incident:created,incident:reopened",
            "caravana.ticket-alerts.rules[0].priorities=1",
            "caravana.ticket-alerts.rules[0].groups=service-desk",
            "caravana.notifications.late[0].job=tickets",
            "caravana.notifications.late[0].no-success-for=26h",
            "caravana.notifications.late[1].job=configurations",
            "caravana.notifications.late[1].running-for=100ms"
        })
class AlertsTest extends LoadTest {

    static final String ACCOUNT_PASSWORD = "pass-of-the-reader";
    static final String MAIL_PASSWORD = "pass-of-the-postman";
    static final String TOKEN = "token-of-the-webhook";
    private static final String SLACK_PATH = "/services/T0/B0/secret-of-slack";
    private static final String WEBHOOK_PATH = "/in?key=secret-of-webhook";
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Call(String address, String authorization, JsonNode body) {}

    private static final List<Call> CALLS = new CopyOnWriteArrayList<>();
    private static volatile int status = 200;
    private static final HttpServer WEB = web();
    private static final int MAIL_PORT = freePort();
    private static final GreenMail MAIL =
            new GreenMail(new ServerSetup(MAIL_PORT, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpServer web() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                CALLS.add(new Call(
                        exchange.getRequestURI().toString(),
                        exchange.getRequestHeaders().getFirst("Authorization"),
                        JSON.readTree(body)));
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @DynamicPropertySource
    static void channels(DynamicPropertyRegistry registry) {
        MAIL.start();
        MAIL.setUser("ana@example.com", "postman", MAIL_PASSWORD);
        var address = "http://127.0.0.1:" + WEB.getAddress().getPort();
        registry.add("caravana.notifications.mail.host", () -> "127.0.0.1");
        registry.add("caravana.notifications.mail.port", () -> MAIL_PORT);
        registry.add("caravana.notifications.slack.url", () -> address + SLACK_PATH);
        registry.add("caravana.notifications.webhook.url", () -> address + WEBHOOK_PATH);
    }

    @AfterAll
    static void stop() {
        MAIL.stop();
        WEB.stop(0);
    }

    @Autowired
    Alerts alerts;

    @Autowired
    ExecutionLog executionLog;

    @BeforeEach
    void nobodyWasTold() throws Exception {
        awaitNothingUnseen();
        jdbc.sql("DELETE FROM caravana.alert").update();
        jdbc.sql("DELETE FROM caravana.notice").update();
        loaded("choices");
        awaitNothingUnseen();
        MAIL.purgeEmailFromAllMailboxes();
        CALLS.clear();
    }

    @Test
    void a_failed_execution_is_told_once_by_every_channel_with_what_is_wrong_and_what_to_do() throws Exception {
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        var execution = load("choices");
        var address = "https://caravana.example.com/api/executions/" + execution.executionId();

        awaitCalls("slack", 1);
        awaitCalls("webhook", 1);
        await().until(() -> mails().size() == 2);
        assertThat(mails()).allSatisfy(mail -> assertThat(mail.getSubject()).isEqualTo("Caravana: choices failed"));
        assertThat(text(mails().get(0)))
                .contains("The job choices has failed.", "- sys_choice: ", "403", "a role that can read", address)
                .contains("POST /api/executions/" + execution.executionId() + "/retry");
        assertThat(mails().get(0).getFrom()[0]).hasToString("Caravana & co <caravana+night@example.com>");

        var slack = calls("slack").get(0);
        assertThat(slack.address).isEqualTo(SLACK_PATH);
        assertThat(slack.authorization).isNull();
        assertThat(slack.body.fieldNames()).toIterable().containsExactly("text");
        assertThat(slack.body.path("text").asText())
                .startsWith("*Caravana: choices failed*\n")
                .contains("sys_choice", address);

        var webhook = calls("webhook").get(0);
        assertThat(webhook.address).isEqualTo(WEBHOOK_PATH);
        assertThat(webhook.authorization).isEqualTo("Bearer " + TOKEN);
        var event = webhook.body.path("events").get(0);
        assertThat(event.path("event").asText()).isEqualTo("failed");
        assertThat(event.path("job").asText()).isEqualTo("choices");
        assertThat(event.path("execution_id").asText()).isEqualTo(execution.executionId());
        assertThat(event.path("start_date").asText()).isEqualTo(BEGINNING.toString());
        assertThat(event.path("tables").get(0).path("table").asText()).isEqualTo("sys_choice");
        assertThat(event.path("link").asText()).isEqualTo(address);
    }

    @Test
    void the_same_failure_again_is_counted_and_its_end_is_told_once() {
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        for (int time = 0; time < 3; time++) {
            load("choices");
        }
        simulator.faults().clear();
        loaded("choices");
        loaded("choices");
        awaitNothingUnseen();
        awaitCalls("webhook", 2);
        assertThat(subjects()).containsExactly("Caravana: choices failed", "Caravana: choices is well again");
        assertThat(calls("webhook")
                        .get(1)
                        .body
                        .path("events")
                        .get(0)
                        .path("times")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void a_failure_that_lasts_is_told_again_after_a_while_with_how_often_it_has_come() {
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        load("choices");
        load("choices");
        awaitCalls("webhook", 1);
        awaitNothingUnseen();
        jdbc.sql("UPDATE caravana.alert SET told_at = told_at - interval '6 hours'")
                .update();
        load("choices");
        awaitCalls("webhook", 2);
        assertThat(subjects().get(1)).matches("Caravana: choices failed again, 3 times since \\S+ \\S+ UTC");
    }

    @Test
    void another_failure_of_the_job_is_told_at_once() {
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        load("choices");
        simulator.faults().clear();
        simulator.faults().add(Fault.status(400).on("sys_choice"));
        load("choices");
        awaitCalls("webhook", 2);
        assertThat(subjects()).containsExactly("Caravana: choices failed", "Caravana: choices failed");
    }

    @Test
    void a_success_with_hidden_rows_is_told_as_incomplete() {
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_ROWS)
                        .with("query", "nameSTARTSWITHincident")
                        .on("sys_choice"));
        var execution = loaded("choices");
        awaitCalls("webhook", 1);
        var body = calls("webhook").get(0).body;
        assertThat(body.path("subject").asText()).isEqualTo("Caravana: choices is incomplete");
        assertThat(body.path("text").asText())
                .contains("- sys_choice: incomplete, %,d rows"
                        .formatted(execution.tables().get(0).hidden()));
    }

    @Test
    void a_table_that_is_set_aside_is_told_once_and_that_it_is_read_again_too() {
        end(jobs.start("live", null, null).id());
        awaitNothingUnseen();
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        end(jobs.start("live", null, null).id());
        for (int time = 0; time < 3; time++) {
            jobs.startByTimer("live");
            end(executions.list("live", null, 1).get(0).executionId());
        }
        simulator.faults().clear();
        end(jobs.start("live", null, null).id());
        awaitNothingUnseen();
        awaitCalls("webhook", 2);
        assertThat(subjects()).containsExactly("Caravana: live is incomplete", "Caravana: live is well again");
        var text = calls("webhook").get(0).body.path("text").asText();
        assertThat(text).contains("- sys_choice: set aside until ", "403");
    }

    @Test
    void what_a_person_cancels_is_not_told() {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("sys_choice"));
        var id = jobs.start("choices", null, null).id();
        await().until(() ->
                executions.find(id).orElseThrow().tables().get(0).status().equals("running"));
        executionLog.cancel(id);
        assertThat(end(id).status()).isEqualTo("cancelled");
        awaitNothingUnseen();
        assertThat(notices()).isZero();
    }

    @Test
    void a_job_that_does_not_succeed_for_too_long_is_late_until_it_does() {
        loaded("tickets");
        awaitNothingUnseen();
        jdbc.sql("""
                UPDATE caravana.servicenow_execution_log SET started_at = started_at - interval '27 hours',
                  ended_at = ended_at - interval '27 hours', end_seen = ended_at - interval '27 hours'
                WHERE execution_type = 'tickets'""").update();
        awaitCalls("webhook", 1);
        loaded("tickets");
        awaitCalls("webhook", 2);
        assertThat(subjects()).containsExactly("Caravana: tickets is late", "Caravana: tickets is well again");
        assertThat(calls("webhook").get(0).body.path("text").asText())
                .containsPattern("tickets has not succeeded since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC");
    }

    @Test
    void an_execution_that_runs_for_too_long_is_told_while_it_runs() {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "1500").on("core_company"));
        var id = jobs.start("configurations", null, null).id();
        awaitCalls("webhook", 1);
        assertThat(executions.find(id).orElseThrow().hasEnded()).isFalse();
        assertThat(end(id).status()).isEqualTo("success");
        awaitCalls("webhook", 2);
        assertThat(subjects())
                .containsExactly("Caravana: configurations runs for long", "Caravana: configurations is well again");
        assertThat(calls("webhook").get(0).body.path("text").asText())
                .contains("POST /api/executions/" + id + "/cancel");
    }

    @Test
    void what_is_above_the_limit_is_told_in_one_message_later() {
        for (int time = 0; time < 8; time++) {
            simulator.faults().clear();
            simulator.faults().add(Fault.status(time % 2 == 0 ? 403 : 400).on("sys_choice"));
            load("choices");
            awaitNothingUnseen();
        }
        awaitCalls("webhook", 5);
        assertThat(notices()).isEqualTo(3 * 8);
        jdbc.sql(
                        "UPDATE caravana.notice SET sent_at = sent_at - interval '1 hour' WHERE channel = 'WEBHOOK' AND id IN ("
                                + "SELECT min(id) FROM caravana.notice WHERE channel = 'WEBHOOK')")
                .update();
        awaitCalls("webhook", 6);
        var late = calls("webhook").get(5).body;
        assertThat(late.path("subject").asText()).isEqualTo("Caravana: 3 messages in one");
        assertThat(late.path("text").asText().lines().filter("- Caravana: choices failed"::equals))
                .hasSize(3);
        assertThat(late.path("events")).hasSize(3);
        assertThat(calls("slack")).hasSize(5);
    }

    @Test
    void a_change_of_a_ticket_that_fits_a_rule_is_told_with_what_changed_and_none_of_its_values() {
        // a group hears of what comes after it was made
        await().atMost(Duration.ofSeconds(20))
                .until(() -> jdbc.sql("SELECT count(*) FROM caravana.consumer_group WHERE name = 'notification'")
                        .query(Integer.class)
                        .single()
                        .equals(1));
        for (var row : List.of("INC1 2 service-desk", "INC2 1 other", "INC3 1 service-desk")) {
            jdbc.sql("""
                            INSERT INTO caravana.change_log
                              (table_name, sys_id, number, kind, changes, execution_id, changed_by, priority, assignment_group)
                            VALUES ('incident', :number, :number, 'updated', '{"state": ["6", "2"], "short_description": ["a", "b"]}',
                              'test', 'maria', :priority, :group)""")
                    .param("number", row.split(" ")[0])
                    .param("priority", row.split(" ")[1])
                    .param("group", row.split(" ")[2])
                    .update();
        }
        awaitCalls("webhook", 1);
        assertThat(subjects()).containsExactly("Caravana: INC3 incident:updated, incident:reopened");
        assertThat(calls("webhook").get(0).body.path("text").asText())
                .startsWith("INC3 (incident, priority 1): incident:updated, incident:reopened\nBy maria, stored ")
                .endsWith("Changed: short_description, state");
    }

    @Test
    void a_channel_that_is_down_keeps_nobody_waiting_and_is_tried_again(CapturedOutput log) {
        MAIL.getSmtp().stopService();
        status = 503;
        List<String> told;
        try {
            simulator.faults().add(Fault.status(403).on("sys_choice"));
            assertThat(load("choices").status()).isEqualTo("error");
            simulator.faults().clear();
            loaded("choices");
            told = await().until(this::failures, failures -> failures.size() == 3);
        } finally {
            status = 200;
            MAIL.reset();
            MAIL.setUser("ana@example.com", "postman", MAIL_PASSWORD);
        }
        assertThat(told)
                .anySatisfy(failure -> assertThat(failure)
                        .startsWith("mail by 127.0.0.1:" + MAIL_PORT)
                        .contains("Check caravana.notifications.mail"))
                .contains(
                        "slack at 127.0.0.1: the answer was 503. Check caravana.notifications.slack.url (CARAVANA_NOTIFICATIONS_SLACK_URL).");
        CALLS.clear();
        jdbc.sql("UPDATE caravana.notice SET try_at = now()").update();
        awaitCalls("webhook", 2);
        await().until(() -> mails().size() == 4);
        assertThat(subjects()).containsExactly("Caravana: choices failed", "Caravana: choices is well again");
        assertThat(log)
                .contains("A message was not sent, and is sent again later: slack at 127.0.0.1: the answer was 503.");
    }

    @Test
    void no_secret_is_in_a_message_the_log_the_database_or_a_console(CapturedOutput log) throws Exception {
        simulator.faults().add(Fault.status(401).on("sys_choice"));
        status = 404;
        load("choices");
        await().until(() -> failures().size() == 2);
        status = 200;
        jdbc.sql("UPDATE caravana.notice SET try_at = now()").update();
        awaitAllSent();
        await().until(() -> calls("webhook").size() + calls("slack").size() >= 4 && !mails().isEmpty());
        var secrets = List.of(ACCOUNT_PASSWORD, MAIL_PASSWORD, TOKEN, "secret-of-slack", "secret-of-webhook");
        assertThat(calls("webhook").get(0).body.toString()).contains("401").doesNotContain(secrets);
        assertThat(calls("slack").get(0).body.toString()).contains("401").doesNotContain(secrets);
        assertThat(text(mails().get(0))).contains("401").doesNotContain(secrets);
        assertThat(log.getAll()).contains("the answer was 404").doesNotContain(secrets);
        assertThat(jdbc.sql("SELECT string_agg(n::text, '') FROM caravana.notice n")
                        .query(String.class)
                        .single())
                .doesNotContain(secrets);
        var shown = shownByJmx();
        assertThat(shown).contains("alert-http://webhook", "smtp://notifications");
        assertThat(shown).doesNotContain(secrets);
    }

    @Test
    void a_test_message_is_sent_by_each_channel_at_once() {
        assertThat(alerts.test())
                .extracting(Alerts.Tested::channel, Alerts.Tested::problem)
                .containsExactly(tuple("mail", null), tuple("slack", null), tuple("webhook", null));
        assertThat(mails()).hasSize(2);
        assertThat(subjects()).containsExactly("Caravana: a test");
        assertThat(calls("slack")).hasSize(1);
    }

    /** Everything that a JMX console can read of Camel. */
    private static String shownByJmx() throws JMException {
        var server = ManagementFactory.getPlatformMBeanServer();
        var shown = new StringBuilder();
        for (var name : server.queryNames(new ObjectName("org.apache.camel:*"), null)) {
            shown.append(name).append('\n');
            for (var attribute : server.getMBeanInfo(name).getAttributes()) {
                shown.append(value(() -> server.getAttribute(name, attribute.getName())));
            }
            if ("routes".equals(name.getKeyProperty("type")) || "context".equals(name.getKeyProperty("type"))) {
                for (var dump : Arrays.stream(server.getMBeanInfo(name).getOperations())
                        .filter(operation -> operation.getName().matches("dumpRoute(s?)AsXml")
                                && operation.getSignature().length == 0)
                        .toList()) {
                    shown.append(value(() -> server.invoke(name, dump.getName(), null, null)));
                }
            }
        }
        return shown.toString();
    }

    private static Object value(Callable<Object> read) {
        try {
            return read.call();
        } catch (Exception unreadable) {
            return "";
        }
    }

    private void awaitNothingUnseen() {
        await().until(() -> {
            alerts.tell();
            return jdbc.sql("""
                    SELECT count(*) FROM caravana.servicenow_execution_log WHERE end_seen IS DISTINCT FROM ended_at""").query(Long.class).single() == 0;
        });
    }

    private void awaitAllSent() {
        await().until(() -> {
            alerts.tell();
            return jdbc.sql("SELECT count(*) FROM caravana.notice WHERE sent_at IS NULL")
                            .query(Long.class)
                            .single()
                    == 0;
        });
    }

    private long notices() {
        return jdbc.sql("SELECT count(*) FROM caravana.notice")
                .query(Long.class)
                .single();
    }

    private List<String> failures() {
        alerts.tell();
        return jdbc.sql("SELECT DISTINCT failure FROM caravana.notice WHERE failure IS NOT NULL")
                .query(String.class)
                .list();
    }

    private void awaitCalls(String channel, int number) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            alerts.tell();
            return calls(channel).size() >= number;
        });
        assertThat(calls(channel)).hasSize(number);
    }

    private static List<Call> calls(String channel) {
        return CALLS.stream()
                .filter(call -> call.address.equals("slack".equals(channel) ? SLACK_PATH : WEBHOOK_PATH))
                .toList();
    }

    private static List<String> subjects() {
        return calls("webhook").stream()
                .map(call -> call.body.path("subject").asText())
                .toList();
    }

    private static List<MimeMessage> mails() {
        return List.of(MAIL.getReceivedMessages());
    }

    private static String text(MimeMessage mail) throws MessagingException {
        return GreenMailUtil.getBody(mail).replace("\r\n", "\n");
    }
}
