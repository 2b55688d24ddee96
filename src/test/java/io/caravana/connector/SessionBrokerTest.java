package io.caravana.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.connector.Stub.Reply;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Remedy;
import io.caravana.servicenow.ServiceNowException.Retryable;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionBrokerTest {

    private final Way.Time time = new Way.Time();
    private final Simulator simulator =
            Simulator.start(SimulatorProperties.defaults().withIncidents(1), time);
    private final AtomicReference<String> answer =
            new AtomicReference<>("{\"cookies\":{\"glide_user_route\":\"glide.1\",\"JSESSIONID\":\"%s\"}}");
    private final Stub broker = new Stub(form -> Reply.json(answer.get().replace("%s", simulator.openSession())));

    @AfterEach
    void stop() {
        simulator.close();
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"cookies\":{\"JSESSIONID\":\"%s\"},\"headers\":{\"X-UserToken\":\"t\"}}",
                "{\"cookies\":[{\"name\":\"a\",\"value\":\"b\"},{\"name\":\"JSESSIONID\",\"value\":\"%s\",\"path\":\"/\"}]}"
            })
    void the_cookies_of_the_broker_open_the_instance(String session) {
        answer.set(session);
        signedIn(way -> {
            assertThat(way.ask()).isEqualTo(200);
            assertThat(way.ask()).isEqualTo(200);
        });
        assertThat(broker.received())
                .singleElement()
                .satisfies(headers -> assertThat(headers.get("Authorization")).containsExactly("Bearer broker-token"));
    }

    @Test
    void cookies_and_headers_of_the_broker_are_all_that_is_sent() {
        answer.set("{\"cookies\":{\"a\":\"1\",\"b\":\"2\"},\"headers\":{\"X-UserToken\":\"token\"}}");
        try (var instance = new Stub(body -> Reply.json("{}"))) {
            to(instance.url(), way -> assertThat(way.ask()).isEqualTo(200));
            assertThat(instance.received()).singleElement().satisfies(headers -> {
                assertThat(headers.get("Cookie")).containsExactly("a=1; b=2");
                assertThat(headers.get("X-UserToken")).containsExactly("token");
                assertThat(headers).doesNotContainKey("Authorization");
            });
        }
    }

    @Test
    void a_session_is_renewed_shortly_before_it_expires() {
        answer.set("{\"cookies\":{\"JSESSIONID\":\"%s\"},\"expires_in\":100}");
        signedIn(way -> {
            assertThat(way.ask()).isEqualTo(200);
            time.pass(95);
            assertThat(way.ask()).isEqualTo(200);
        });
        assertThat(broker.received()).hasSize(2);
    }

    @Test
    void a_session_that_was_refused_is_renewed() {
        signedIn(way -> {
            assertThat(way.ask()).isEqualTo(200);
            simulator.expireTokens();
            assertThat(way.ask()).isInstanceOf(Retryable.class);
            assertThat(way.ask()).isEqualTo(200);
        });
        assertThat(broker.received()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"LOGIN_PAGE", "LOGIN_REDIRECT"})
    void a_page_to_sign_in_at_means_that_the_session_has_ended(Kind kind) {
        signedIn(way -> {
            simulator.faults().add(Fault.of(kind).times(1));
            assertThat(way.ask())
                    .isInstanceOfSatisfying(
                            Retryable.class, again -> assertThat(again.remedy()).isEqualTo(Remedy.NEW_CREDENTIALS));
            assertThat(way.ask()).isEqualTo(200);
            assertThat(broker.received()).hasSize(2);
            simulator.faults().add(Fault.of(kind));
            assertThat(way.ask())
                    .isInstanceOfSatisfying(
                            Permanent.class,
                            failure -> assertThat(failure).hasMessageContaining("SERVICENOW_BROKER_URL"));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"cookies\":{},\"headers\":{}}",
                "{\"cookies\":{\"a\":\"b; c=d\"}}",
                "{\"cookies\":{\"a\":\"b\\r\\nX: y\"}}",
                "{\"headers\":{\"X\":\"y\\nZ: z\"}}",
                "{\"headers\":{\"Host\":\"elsewhere\"}}"
            })
    void a_session_that_cannot_be_sent_is_permanent(String session) {
        answer.set(session);
        signedIn(way ->
                assertThat(way.ask()).isInstanceOf(Permanent.class).asString().contains("session broker"));
        assertThat(simulator.requests()).isEmpty();
    }

    @Test
    void a_broker_that_refuses_is_permanent_and_one_that_is_away_is_asked_again() {
        try (var refusing =
                new Stub(body -> new Reply(403, "application/json", "{\"error\":\"no such client\"}", null))) {
            Way.to(
                    simulator.url(),
                    way -> assertThat(way.ask())
                            .isInstanceOfSatisfying(
                                    Permanent.class,
                                    failure -> assertThat(failure).hasMessageContaining("403 (no such client)")),
                    "broker.url=" + refusing.url());
        }
        Way.to(
                simulator.url(),
                way -> assertThat(way.ask()).isInstanceOf(Retryable.class),
                "broker.url=http://127.0.0.1:1/session");
    }

    @Test
    void a_redirect_of_the_broker_is_not_followed() {
        try (var elsewhere = new Stub(body -> Reply.json("{\"cookies\":{\"a\":\"b\"}}"));
                var leading = new Stub(
                        body -> new Reply(302, "text/html", "", elsewhere.url().toString()))) {
            Way.to(
                    simulator.url(),
                    way -> assertThat(way.ask()).isInstanceOf(ServiceNowException.class),
                    "broker.url=" + leading.url(),
                    "broker.token=broker-token");
            assertThat(leading.received()).hasSize(1);
            assertThat(elsewhere.received()).isEmpty();
        }
    }

    private void signedIn(Consumer<Way> test) {
        to(simulator.url(), test);
    }

    private void to(URI instance, Consumer<Way> test) {
        var settings = List.of("broker.url=" + broker.url() + "/session?for=caravana", "broker.token=broker-token");
        Way.to(instance, time, test, settings.toArray(String[]::new));
    }
}
