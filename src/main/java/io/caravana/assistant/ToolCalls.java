package io.caravana.assistant;

import io.caravana.replica.RowScope;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** Calls tools: each is a route that takes its values as body and whom they are for in the property {@code scope}. */
@Component
public class ToolCalls {

    private final ProducerTemplate routes;

    ToolCalls(ProducerTemplate routes) {
        this.routes = routes;
    }

    /** A tool could not look; the message says why. */
    public static final class CannotLook extends Exception {
        private static final long serialVersionUID = 1L;

        CannotLook(String message) {
            super(message);
        }
    }

    /**
     * What a tool finds within a scope.
     *
     * @throws IllegalArgumentException if the values do not fit
     * @throws CannotLook if the other system does not answer, or is not there
     */
    public Found call(Tool tool, Map<String, ?> values, RowScope scope) throws CannotLook {
        var checked = tool.checked(values);
        var answered = routes.request(tool.route(), exchange -> {
            exchange.setProperty("scope", scope);
            exchange.getMessage().setBody(checked);
        });
        var failure = answered.getException();
        if (failure instanceof IllegalArgumentException wrong) {
            throw wrong;
        }
        if (failure instanceof CannotLook cannot) {
            throw cannot;
        }
        if (failure instanceof RuntimeException other) {
            throw other;
        }
        if (failure != null) {
            throw new CannotLook(failure.getMessage());
        }
        return answered.getMessage().getBody(Found.class);
    }
}
