package io.caravana.desk;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The step of the route that answers with the page of actions. What it shows, its script asks of the API. */
@Component("actionsPage")
@ConditionalOnWebApplication
final class ActionsPage {

    private final Pages pages;

    ActionsPage(Pages pages) {
        this.pages = pages;
    }

    public void page(Exchange exchange) {
        pages.answer(exchange, "actions", null, Map.of("states", List.of("queued", "started", "completed", "failed")));
    }
}
