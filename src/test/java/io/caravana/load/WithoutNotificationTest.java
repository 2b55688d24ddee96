package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.notification.Notifications;
import io.caravana.simulator.Fault;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class WithoutNotificationTest extends LoadTest {

    @Autowired
    CamelContext camel;

    @Autowired
    Notifications notifications;

    @Test
    void nobody_is_told_as_long_as_no_channel_is_configured() {
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        load("choices");
        notifications.tell();
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.notice")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(notifications.test()).isEmpty();
    }

    @Test
    void nothing_of_mail_and_webhooks_is_started_then() {
        assertThat(camel.getRoutes())
                .extracting(Route::getId)
                .contains("tell-troubles")
                .doesNotContain("look-for-troubles", "send-mail", "send-by-webhook");
        assertThat(camel.hasComponent("smtp")).isNull();
        assertThat(camel.hasComponent("notification-http")).isNull();
    }
}
