package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.connector.Limiter;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.connector.ServiceNowProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Whatever becomes of a request, its place among those in flight is free again. */
class TableApiTest {

    private static final ServiceNowProperties PROPERTIES = new ServiceNowProperties(
            "",
            false,
            "",
            "",
            25,
            8,
            Duration.ofHours(2),
            1_000,
            10_000,
            DataSize.ofMegabytes(64),
            20_000,
            16,
            Duration.ZERO,
            Duration.ZERO);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Limiter limiter = new Limiter(PROPERTIES, Clock.systemUTC());
    private final TableApi steps = new TableApi(
            new ServiceNowAccess(URI.create("https://example.com"), "", "", false), null, limiter, null, PROPERTIES);
    private final PageCursor cursor = new PageCursor("incident", EncodedQuery.ALL, List.of(), false, 1);
    private final TableReader reader = new TableReader(cursor);

    TableApiTest() {
        limiter.bindTo(meters);
    }

    @Test
    void a_request_that_cannot_be_made_takes_no_place() {
        cursor.advance(new Page(cursor.fields(), List.of(SourceRecord.of("k^1")), 9, 1, null));
        assertThatThrownBy(() -> steps.takePlace(reader)).hasMessageContaining("k^1");
        assertThat(inFlight()).isZero();
    }

    @Test
    void a_request_gives_its_place_back_once() throws Exception {
        steps.takePlace(reader);
        assertThat(inFlight()).isEqualTo(1);
        steps.leave(reader);
        steps.leave(reader);
        assertThat(inFlight()).isZero();
    }

    @Test
    void a_request_that_the_throttle_held_into_a_pause_gives_its_place_back_and_is_not_sent() throws Exception {
        steps.takePlace(reader);
        limiter.refusedUntil(Duration.ofHours(1));
        steps.build(new DefaultExchange(new DefaultCamelContext()), reader);
        assertThat(reader.isUnsent()).isTrue();
        assertThat(inFlight()).isZero();
    }

    @Test
    void a_request_is_on_the_message_when_nothing_stands_in_its_way() throws Exception {
        var exchange = new DefaultExchange(new DefaultCamelContext());
        steps.takePlace(reader);
        steps.build(exchange, reader);
        assertThat(reader.isUnsent()).isFalse();
        assertThat(exchange.getMessage().getHeader("CamelHttpUri"))
                .isEqualTo("https://example.com/api/now/table/incident");
    }

    private double inFlight() {
        return meters.get("caravana.servicenow.in.flight").gauge().value();
    }
}
