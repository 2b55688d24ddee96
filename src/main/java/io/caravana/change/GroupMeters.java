package io.caravana.change;

import io.caravana.change.ConsumerGroups.State;
import io.caravana.error.Failures;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The metrics of consumer groups: what all servers on the database have left to do. */
@Component
@ConditionalOnWebApplication
class GroupMeters {

    private static final Logger LOG = LoggerFactory.getLogger(GroupMeters.class);

    private final ConsumerGroups groups;
    private final MeterRegistry registry;
    private final Map<String, State> states = new ConcurrentHashMap<>();

    GroupMeters(ConsumerGroups groups, MeterRegistry registry) {
        this.groups = groups;
        this.registry = registry;
    }

    @Scheduled(fixedDelayString = "${metrics.refresh:60s}")
    void refresh() {
        try {
            var now = groups.states();
            now.forEach(state -> {
                if (states.put(state.name(), state) == null) {
                    register(state.name());
                }
            });
            states.keySet().retainAll(now.stream().map(State::name).toList());
        } catch (DataAccessException e) {
            LOG.debug("Could not read the consumer groups, what was known of them stays: {}", Failures.explain(e));
        }
    }

    private void register(String group) {
        gauge(
                group,
                "lag",
                "How old the oldest event is that the group has not dealt with",
                State::lagSeconds,
                "seconds");
        gauge(group, "pending", "Events that the group was given and has not acknowledged", State::pending, null);
        gauge(group, "dead.letters", "Events that failed after the last pause", State::deadLetters, null);
        gauge(group, "lost", "Events that retention dropped before the group had dealt with them", State::lost, null);
    }

    private void gauge(String group, String name, String description, ToDoubleFunction<State> value, String unit) {
        Gauge.builder("caravana.consumer.group." + name, () -> {
                    var state = states.get(group);
                    return state == null ? Double.NaN : value.applyAsDouble(state);
                })
                .description(description)
                .baseUnit(unit)
                .tag("group", group)
                .register(registry);
    }
}
