package io.caravana.change;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.springframework.stereotype.Component;

/**
 * The endpoint {@code changes:<group>}: a route that starts from it consumes change events as a consumer group, with other workers
 * that run the same route. The event is acknowledged when the route ends; a failure has it delivered again, so the route uses the
 * error configuration {@code caller-repeats}.
 */
@Component("changes")
class ChangesComponent extends DefaultComponent {

    private final ConsumerGroups groups;
    private final ChangeListener listener;

    ChangesComponent(CamelContext camel, ConsumerGroups groups, ChangeListener listener) {
        super(camel);
        this.groups = groups;
        this.listener = listener;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String group, Map<String, Object> parameters) throws Exception {
        var endpoint = new ChangesEndpoint(uri, this, group, groups, listener);
        setProperties(endpoint, parameters);
        return endpoint;
    }
}
