package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.alert.Alerts;
import io.caravana.simulator.Fault;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class WithoutAlertsTest extends LoadTest {

    @Autowired
    CamelContext camel;

    @Autowired
    Alerts alerts;

    @Test
    void nobody_is_told_as_long_as_no_channel_is_configured() {
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        load("choices");
        alerts.tell();
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.notice")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(alerts.test()).isEmpty();
    }

    @Test
    void nothing_of_mail_and_webhooks_is_started_then() {
        assertThat(camel.getRoutes())
                .extracting(Route::getId)
                .contains("send-alerts")
                .doesNotContain("look-for-alerts", "send-mail", "send-by-webhook");
        assertThat(camel.hasComponent("smtp")).isNull();
        assertThat(camel.hasComponent("alert-http")).isNull();
    }
}
