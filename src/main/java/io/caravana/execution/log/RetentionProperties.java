package io.caravana.execution.log;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How long it is kept what was noted: so long, at least, that those who read it, or are to be sent it, come by. The last execution of each job, and its last success, stay for ever.
 *
 * @param executions executions and their table loads
 * @param quietExecutions of the jobs that take no period, those that succeeded and changed no row
 * @param rejected rejected records, after they last arrived
 * @param notices messages that were sent, or were to be sent
 */
@Validated
@ConfigurationProperties("caravana.retention")
record RetentionProperties(
        @DefaultValue("90d") @DurationMin(days = 1) Duration executions,
        @DefaultValue("7d") @DurationMin(days = 1) Duration quietExecutions,
        @DefaultValue("90d") @DurationMin(days = 1) Duration rejected,
        @DefaultValue("30d") @DurationMin(days = 1) Duration notices) {}
