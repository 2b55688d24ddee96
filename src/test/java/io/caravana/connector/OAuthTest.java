package io.caravana.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Remedy;
import io.caravana.servicenow.ServiceNowException.Retryable;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OAuthTest {

    private static final String[] CLIENT = {
        "oauth.grant=client_credentials", "oauth.client-id=reader", "oauth.client-secret=s3cret-of-reader"
    };
    private static final String[] PASSWORD = {
        "oauth.grant=password",
        "oauth.client-id=some-client",
        "oauth.client-secret=some-secret",
        "username=reader",
        "password=s3cret-of-reader"
    };

    private final Way.Time time = new Way.Time();
    private final Simulator simulator = Simulator.start(
            SimulatorProperties.defaults().withIncidents(1).withAccount("reader", "s3cret-of-reader", ""), time);

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void the_client_alone_gets_a_token_that_is_used_for_all_requests() {
        Way.to(
                simulator.url(),
                time,
                way -> {
                    assertThat(way.ask()).isEqualTo(200);
                    assertThat(way.ask()).isEqualTo(200);
                    assertThat(tokenRequests()).isEqualTo(1);
                },
                CLIENT);
    }

    @Test
    void the_grant_password_gets_a_token_for_the_account() {
        Way.to(simulator.url(), time, way -> assertThat(way.ask()).isEqualTo(200), PASSWORD);
    }

    @Test
    void a_token_is_renewed_shortly_before_it_expires() {
        Way.to(
                simulator.url(),
                time,
                way -> {
                    assertThat(way.ask()).isEqualTo(200);
                    time.pass(1_700);
                    assertThat(way.ask()).isEqualTo(200);
                    assertThat(tokenRequests()).isEqualTo(1);
                    time.pass(50);
                    assertThat(way.ask()).isEqualTo(200);
                    assertThat(tokenRequests()).isEqualTo(2);
                    assertThat(simulator.requests()).noneMatch(request -> request.status() == 401);
                },
                CLIENT);
    }

    @Test
    void a_token_that_was_refused_is_renewed_and_the_request_may_be_made_again_at_once() {
        Way.to(
                simulator.url(),
                time,
                way -> {
                    assertThat(way.ask()).isEqualTo(200);
                    simulator.expireTokens();
                    assertThat(way.ask())
                            .isInstanceOfSatisfying(
                                    Retryable.class,
                                    again -> assertThat(again.remedy()).isEqualTo(Remedy.NEW_CREDENTIALS));
                    assertThat(way.ask()).isEqualTo(200);
                    assertThat(tokenRequests()).isEqualTo(2);
                },
                CLIENT);
    }

    @Test
    void fresh_credentials_that_are_refused_too_end_it() {
        Way.to(
                simulator.url(),
                time,
                way -> {
                    simulator.faults().add(Fault.status(401));
                    assertThat(way.ask()).isInstanceOf(Retryable.class);
                    assertThat(way.ask())
                            .isInstanceOfSatisfying(
                                    Permanent.class,
                                    failure -> assertThat(failure)
                                            .hasMessageContaining("table sys_choice, page 1")
                                            .hasMessageContaining("401")
                                            .hasMessageContaining("with new credentials, too")
                                            .hasMessageContaining("SERVICENOW_OAUTH_CLIENT_SECRET")
                                            .returns(true, Permanent::isSignInRefused));
                    assertThat(tokenRequests()).isEqualTo(2);
                },
                CLIENT);
    }

    @Test
    void many_refused_requests_cause_one_renewal() {
        Way.to(
                simulator.url(),
                time,
                way -> {
                    var keyring = way.bean(Keyring.class);
                    var barrier = new CyclicBarrier(16);
                    var threads = Executors.newFixedThreadPool(16);
                    Callable<Long> renewal = () -> {
                        var old = keyring.current().number();
                        barrier.await();
                        return keyring.renew(old).number();
                    };
                    var futures = IntStream.range(0, 16)
                            .mapToObj(i -> threads.submit(renewal))
                            .toList();
                    assertThat(futures)
                            .allSatisfy(future -> assertThat(future.get()).isEqualTo(2));
                    threads.shutdown();
                    assertThat(tokenRequests()).isEqualTo(2);
                },
                CLIENT);
    }

    @Test
    void a_new_refresh_token_takes_the_place_of_the_old_one() {
        var forms = new CopyOnWriteArrayList<String>();
        try (var server = new Stub(form -> {
            forms.add(URLDecoder.decode(form, StandardCharsets.UTF_8));
            return Stub.Reply.json("{\"access_token\":\"a%d\",\"refresh_token\":\"r%d\",\"expires_in\":\"100\"}"
                    .formatted(forms.size(), forms.size()));
        })) {
            Way.to(
                    server.url(),
                    time,
                    way -> {
                        way.bean(Keyring.class).current();
                        time.pass(95);
                        way.bean(Keyring.class).current();
                        time.pass(95);
                        assertThat(way.bean(Keyring.class)
                                        .current()
                                        .credentials()
                                        .headers())
                                .containsEntry("Authorization", "Bearer a3");
                    },
                    "oauth.grant=refresh_token",
                    "oauth.client-id=client",
                    "oauth.client-secret=secret",
                    "oauth.refresh-token=r0",
                    "oauth.scope=useraccount");
        }
        assertThat(forms).allMatch(form -> form.contains("scope=useraccount"));
        assertThat(forms)
                .satisfiesExactly(
                        form -> assertThat(form)
                                .contains("refresh_token=r0", "client_id=client", "client_secret=secret"),
                        form -> assertThat(form).contains("refresh_token=r1"),
                        form -> assertThat(form).contains("refresh_token=r2"));
    }

    @Test
    void a_refresh_token_that_has_expired_is_replaced_by_the_password() {
        Way.to(
                simulator.url(),
                time,
                way -> {
                    assertThat(way.ask()).isEqualTo(200);
                    time.pass(9_000_000);
                    assertThat(way.ask()).isEqualTo(200);
                    assertThat(tokenRequests()).isEqualTo(3);
                },
                PASSWORD);
    }

    @Test
    void a_refused_token_request_is_permanent_and_says_what_the_server_said() {
        Way.to(
                simulator.url(),
                time,
                way -> assertThat(way.ask())
                        .isInstanceOfSatisfying(
                                Permanent.class,
                                failure -> assertThat(failure)
                                        .hasMessageContaining("table sys_choice, page 1")
                                        .hasMessageContaining("client_credentials")
                                        .hasMessageContaining("401 (server_error: access_denied)")
                                        .hasMessageContaining("SERVICENOW_OAUTH_CLIENT_SECRET")),
                "oauth.grant=client_credentials",
                "oauth.client-id=reader",
                "oauth.client-secret=wrong");
    }

    @Test
    void a_token_server_that_cannot_be_reached_is_asked_again_later() {
        Way.to(
                URI.create("http://127.0.0.1:1"),
                way -> assertThat(way.ask())
                        .isInstanceOf(Retryable.class)
                        .asString()
                        .contains("oauth_token.do"),
                CLIENT);
    }

    @ParameterizedTest
    @CsvSource({
        "200, text/html, <html>, Retryable",
        "503, text/html, <html>, Retryable",
        "429, application/json, {}, Retryable",
        "400, application/json, {}, Permanent",
        "200, application/json, {}, Permanent"
    })
    void a_token_that_was_not_given_is_asked_for_again_only_where_that_may_help(
            int status, String type, String body, String kind) {
        try (var server = new Stub(form -> new Stub.Reply(status, type, body, null))) {
            Way.to(
                    server.url(),
                    way -> assertThat(way.ask().getClass().getSimpleName()).isEqualTo(kind),
                    CLIENT);
        }
    }

    private long tokenRequests() {
        return simulator.requests().stream()
                .filter(request -> request.path().equals("/oauth_token.do"))
                .count();
    }
}
