package io.caravana.change;

import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How consumer groups get change events.
 *
 * @param redelivery the pauses before an event that failed is delivered again; after the last one it becomes a dead letter
 * @param audit whether {@code caravana.record_audit} keeps every change for good
 * @param analytics whether {@code caravana.ticket_counter} and {@code ticket_trend} are kept
 * @param topic the Kafka topic that gets every change event where {@code KAFKA_BOOTSTRAP_SERVERS} is set
 * @param lease how long a worker may take for an event before another one gets it
 * @param poll how often a server looks for events of which PostgreSQL did not notify it
 */
@Validated
@ConfigurationProperties("caravana.changes")
record ChangeProperties(
        @DefaultValue({"1s", "5s", "15s", "60s", "300s"}) @NotEmpty
        List<Duration> redelivery,

        @DefaultValue("false") boolean audit,
        @DefaultValue("false") boolean analytics,

        @DefaultValue("caravana.changes")
        @Pattern(
                regexp = "[a-zA-Z0-9._-]{1,249}",
                message = "the name of a Kafka topic: letters, digits, dots, dashes and underscores")
        String topic,

        @DefaultValue("60s") Duration lease,
        @DefaultValue("5s") Duration poll) {}
