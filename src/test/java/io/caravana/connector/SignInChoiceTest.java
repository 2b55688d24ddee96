package io.caravana.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.connector.Stub.Reply;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.net.URI;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
                "broker.url=http://b.example/s?key=s3cret broker.token=s3cret | must begin with https://",
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.service-now.com",
                "https://example.service-now.com/",
                "https://gateway.example/emea/snow-prod_1/",
                "http://localhost:8090",
                "http://127.0.0.1:8090/snow",
                "http://[::1]:8090"
            })
    void an_address_may_have_a_path_and_may_be_in_the_clear_on_this_machine(String url) {
        Way.configured(
                INSTANCE,
                Clock.systemUTC(),
                application -> assertThat(
                                application.getBean(ServiceNowAccess.class).url())
                        .hasToString(url.replaceAll("/$", "")),
                "username=u",
                "password=s3cret",
                "url=" + url);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://example.service-now.com | must begin with https://",
                "HTTP://example.service-now.com | must have the form",
                "http://localhost.example | must begin with https://",
                "http://127.0.0.1.example/snow | must begin with https://",
                "http://10.0.0.1 | must begin with https://",
                "https://u:s3cret@example.service-now.com | must have the form",
                "https://example.service-now.com/a?key=s3cret | must have the form",
                "https://example.service-now.com/a/../b | must have the form",
                "https://example.service-now.com//a | must have the form",
                "example.service-now.com | must have the form",
                "ftp://example.service-now.com | must have the form"
            })
    void a_wrong_address_stops_the_start_and_so_does_one_in_the_clear_elsewhere(String url, String words) {
        Way.configured(
                INSTANCE,
                Clock.systemUTC(),
                application -> assertThat(application.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("SERVICENOW_URL")
                        .hasMessageContaining(words)
                        .message()
                        .doesNotContain("s3cret"),
                "username=u",
                "password=s3cret",
                "url=" + url);
    }

    @Test
    void credentials_go_in_the_clear_where_that_is_allowed() {
        Way.configured(
                INSTANCE,
                Clock.systemUTC(),
                application -> assertThat(application).hasNotFailed(),
                "broker.url=http://broker.example/session",
                "url=http://gateway.example/snow",
                "allow-http=true");
    }

    @Test
    void a_gateways_headers_go_to_the_instance_with_tokens_and_tables_and_to_nobody_else() {
        var header = new String[] {"headers[0].name=X-Gateway-Key", "headers[0].value=the-key"};
        try (var instance = new Stub(body -> Reply.json("{\"access_token\": \"t\", \"result\": []}"));
                var broker = new Stub(body -> Reply.json("{\"headers\": {\"X-UserToken\": \"y\"}}"))) {
            Way.to(
                    URI.create(instance.url() + "/emea/snow"),
                    Way::ask,
                    header[0],
                    header[1],
                    "oauth.grant=client_credentials",
                    "oauth.client-id=c",
                    "oauth.client-secret=s");
            assertThat(instance.paths())
                    .containsExactly("/emea/snow/oauth_token.do", "/emea/snow" + Way.REQUEST.path());
            Way.to(instance.url(), Way::ask, header[0], header[1], "broker.url=" + broker.url());
            assertThat(instance.received())
                    .hasSize(3)
                    .allSatisfy(
                            headers -> assertThat(headers.get("X-Gateway-Key")).containsExactly("the-key"));
            assertThat(broker.received()).hasSize(1).noneMatch(headers -> headers.containsKey("X-Gateway-Key"));
        }
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
