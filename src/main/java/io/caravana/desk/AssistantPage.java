package io.caravana.desk;

import io.caravana.assistant.Chat;
import io.caravana.assistant.Chat.Asker;
import io.caravana.security.CurrentCaller;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the routes that show the assistant, and answer what is asked there. */
@Component("assistantPage")
@ConditionalOnWebApplication
final class AssistantPage {

    private final Pages pages;
    private final Chat chat;
    private final CurrentCaller caller;

    AssistantPage(Pages pages, Chat chat, CurrentCaller caller) {
        this.pages = pages;
        this.chat = chat;
        this.caller = caller;
    }

    /** The page; a question in its address, from the button of a ticket or a job, is asked when it is open: looking writes nothing. */
    public void page(Exchange exchange) {
        var asked = Address.of(exchange).one("q");
        var model = new HashMap<String, Object>();
        model.put("enabled", chat.isEnabled());
        model.put("suggestions", List.of("1", "2", "3", "4", "5", "6"));
        model.put("asked", asked);
        model.put("turn", null);
        pages.answer(exchange, "assistant", null, model);
    }

    /** Answers a question with what is added to the page. */
    public void ask(Exchange exchange) throws IOException {
        var form = Address.ofForm(exchange, "message", "conversation");
        var id = form.one("conversation");
        var model = new HashMap<String, Object>();
        model.put("turn", ask(exchange, id.isBlank() ? null : UUID.fromString(id), form.one("message")));
        pages.answer(exchange, "assistant", "turn", model);
    }

    private Chat.Turn ask(Exchange exchange, UUID conversation, String message) {
        var name = caller.name() == null ? "" : caller.name();
        // the language of the page, unless the question is plainly in the other one
        var language = Pages.language(exchange).code();
        return chat.ask(
                Chat.OPERATIONS,
                conversation,
                message,
                new Asker(name, caller.scope(), caller.mayOperate(), language),
                (tool, values) -> {});
    }
}
