package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.servicenow.ServiceNowConstants;
import org.apache.camel.component.servicenow.ServiceNowParams;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Camel's own ServiceNow component, a client that was not written here, against the simulator. */
class ForeignClientTest {

    private final Simulator simulator =
            Simulator.start(SimulatorProperties.defaults().withIncidents(50), Clock.systemUTC());
    private final DefaultCamelContext camel = new DefaultCamelContext();

    @BeforeEach
    void start() {
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
        simulator.close();
    }

    @Test
    void it_pages_through_a_table() {
        var keys = new HashSet<String>();
        for (int offset = 0; ; offset += 20) {
            var rows = rows(ask(Map.of(
                    ServiceNowConstants.ACTION,
                    ServiceNowConstants.ACTION_RETRIEVE,
                    ServiceNowParams.SYSPARM_QUERY.getHeader(),
                    "ORDERBYsys_id",
                    ServiceNowParams.SYSPARM_LIMIT.getHeader(),
                    20,
                    ServiceNowParams.SYSPARM_OFFSET.getHeader(),
                    offset)));
            rows.forEach(row -> keys.add(row.get("sys_id").toString()));
            if (rows.size() < 20) {
                break;
            }
        }
        assertThat(keys).hasSameSizeAs(simulator.rows("incident"));
    }

    @Test
    void it_reads_changes_makes_and_deletes_a_record() {
        var known = simulator.rows("incident").get(0);
        var one = ask(Map.of(
                ServiceNowConstants.ACTION,
                ServiceNowConstants.ACTION_RETRIEVE,
                ServiceNowParams.PARAM_SYS_ID.getHeader(),
                known.get("sys_id")));
        assertThat(rows(one).get(0).get("number").toString()).isEqualTo(known.get("number"));

        ask(Map.of(
                ServiceNowConstants.ACTION,
                ServiceNowConstants.ACTION_DELETE,
                ServiceNowParams.PARAM_SYS_ID.getHeader(),
                known.get("sys_id")));
        assertThat(simulator.row("incident", known.get("sys_id"))).isEmpty();
    }

    /** One record comes as a map, several as a list of maps. */
    private static List<Map<?, ?>> rows(Object answer) {
        return answer instanceof Map<?, ?> one
                ? List.of(one)
                : ((List<?>) answer).stream().<Map<?, ?>>map(Map.class::cast).toList();
    }

    private Object ask(Map<String, Object> headers) {
        var all = new java.util.HashMap<>(headers);
        all.put(ServiceNowConstants.RESOURCE, ServiceNowConstants.RESOURCE_TABLE);
        all.put(ServiceNowParams.PARAM_TABLE_NAME.getHeader(), "incident");
        return camel.createProducerTemplate()
                .requestBodyAndHeaders(
                        "servicenow:simulator?userName=caravana&password=caravana&apiUrl=%s/api&oauthTokenUrl=%s/oauth_token.do"
                                .formatted(simulator.url(), simulator.url()),
                        null,
                        all);
    }
}
