package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.Stub.Reply;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.net.URI;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

class SignInChoiceTest {

    private static final URI INSTANCE = URI.create("https://example.service-now.com");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "username=u password=p | Basic",
                "api-key=k | ApiKey",
                "oauth.grant=client_credentials oauth.client-id=c oauth.client-secret=s | OAuth",
                "oauth.grant=password oauth.client-id=c oauth.client-secret=s username=u password=p | OAuth",
                "oauth.grant=refresh_token oauth.client-id=c oauth.client-secret=s oauth.refresh-token=r | OAuth",
                "broker.url=https://broker.example/session | SessionBroker"
            })
    void what_is_configured_says_how_to_sign_in(String settings, String kind) {
        Way.configured(
                INSTANCE,
                Clock.systemUTC(),
                application -> assertThat(
                                application.getBean(SignIn.class).getClass().getSimpleName())
                        .isEqualTo(kind),
                settings.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "page-size=10 | No sign-in is configured",
                "username=u | SERVICENOW_PASSWORD",
                "password=s3cret | SERVICENOW_USERNAME",
                "api-key=s3cret-€ | SERVICENOW_API_KEY",
                "broker.url=https://b/s broker.token=s3cret-漢 | no HTTP header can carry",
                "username=u password=s3cret api-key=s3cret | SERVICENOW_API_KEY and SERVICENOW_USERNAME",
                "api-key=s3cret broker.url=https://b/s | SERVICENOW_BROKER_URL and SERVICENOW_API_KEY",
                "oauth.grant=client_credentials oauth.client-id=c oauth.client-secret=s3cret username=u password=s3cret | Only one kind",
                "oauth.client-id=c oauth.client-secret=s3cret | client_credentials, password, refresh_token",
                "oauth.grant=implicit oauth.client-id=c oauth.client-secret=s3cret | SERVICENOW_OAUTH_GRANT",
                "oauth.grant=client_credentials oauth.client-secret=s3cret | SERVICENOW_OAUTH_CLIENT_ID",
                "oauth.grant=client_credentials oauth.client-id=c | SERVICENOW_OAUTH_CLIENT_SECRET",
                "oauth.grant=refresh_token oauth.client-id=c oauth.client-secret=s3cret | SERVICENOW_OAUTH_REFRESH_TOKEN",
                "oauth.grant=password oauth.client-id=c oauth.client-secret=s3cret oauth.refresh-token=s3cret username=u password=s3cret | must be refresh_token",
                "oauth.grant=password oauth.client-id=c oauth.client-secret=s3cret username=u | SERVICENOW_PASSWORD",
                "broker.token=s3cret | SERVICENOW_BROKER_URL",
                "broker.url=https://u:s3cret@b/s | SERVICENOW_BROKER_URL",
                "broker.url=ftp://b/s?key=s3cret | SERVICENOW_BROKER_URL",
                "username=u password=s3cret ssl-bundle=none | spring.ssl.bundle",
                "username=u password=s3cret proxy.host=p | SERVICENOW_PROXY_PORT",
                "username=u password=s3cret proxy.host=http://x:s3cret@p proxy.port=1 | SERVICENOW_PROXY_HOST",
                "username=u password=s3cret proxy.username=x proxy.password=s3cret | SERVICENOW_PROXY_HOST",
                "username=u password=s3cret proxy.host=p proxy.port=1 proxy.password=s3cret | SERVICENOW_PROXY_USERNAME"
            })
    void a_wrong_mixture_stops_the_start_and_says_what_is_wrong(String settings, String words) {
        Way.configured(
                INSTANCE,
                Clock.systemUTC(),
                application -> assertThat(application)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContaining(words)
                        .satisfies(failure -> assertThat(failure.toString()).doesNotContain("s3cret"))
                        // a plain name would make Boot look up the value and print it
                        .satisfies(
                                failure -> assertThat(((InvalidConfigurationPropertyValueException) failure).getName())
                                        .contains(" (")),
                settings.split(" "));
    }

    @Test
    void the_api_key_is_sent() {
        var settings = SimulatorProperties.defaults().withIncidents(1).withAccount("u", "p", "the-key");
        try (var simulator = Simulator.start(settings, Clock.systemUTC())) {
            Way.to(simulator.url(), way -> assertThat(way.ask()).isEqualTo(200), "api-key=the-key");
            Way.to(
                    simulator.url(),
                    way -> assertThat(way.ask())
                            .isInstanceOfSatisfying(
                                    Permanent.class,
                                    failure -> assertThat(failure)
                                            .hasMessageContaining("401 (User Not Authenticated")
                                            .hasMessageContaining("SERVICENOW_API_KEY")),
                    "api-key=another-key");
        }
    }

    @Test
    void a_refused_password_is_permanent_at_once() {
        try (var simulator = Simulator.start(SimulatorProperties.defaults().withIncidents(1), Clock.systemUTC())) {
            Way.to(
                    simulator.url(),
                    way -> assertThat(way.ask())
                            .isInstanceOfSatisfying(
                                    Permanent.class,
                                    failure -> assertThat(failure)
                                            .hasMessageContaining("SERVICENOW_USERNAME and SERVICENOW_PASSWORD")),
                    "username=caravana",
                    "password=wrong");
            assertThat(simulator.requests()).hasSize(1);
        }
    }

    @Test
    void credentials_are_sent_to_no_other_host_and_redirects_are_not_followed() {
        try (var elsewhere = new Stub(body -> Reply.json("{}"));
                var instance = new Stub(
                        body -> new Reply(302, "text/html", "", elsewhere.url().toString()))) {
            Way.to(
                    instance.url(),
                    way -> {
                        assertThat(way.ask()).isInstanceOf(ServiceNowException.class);
                        assertThat(elsewhere.received()).isEmpty();
                        assertThat(instance.received().get(0)).containsKey("Authorization");
                        assertThat(way.ask(elsewhere.url().toString())).isEqualTo(200);
                        assertThat(elsewhere.received().get(0)).doesNotContainKey("Authorization");
                    },
                    "username=u",
                    "password=p");
        }
    }
}
