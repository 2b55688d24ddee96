package io.caravana.desk;

import io.caravana.catalog.Catalog;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.StateNames;
import io.caravana.ticket.TicketType;
import io.caravana.workload.WorkloadAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.camel.Exchange;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.SpringTemplateEngine;

/** Answers with a page or a part of one, in the caller's language. */
@Component
@ConditionalOnWebApplication
class Pages {

    private static final List<String> FILES =
            List.of("actions.js", "desk.css", "desk.js", "theme.js", "htmx-4.0.1.min.js");

    private final SpringTemplateEngine templates;
    private final StateNames names;
    private final Catalog catalog;
    private final CurrentCaller caller;
    private final WorkloadAccess workload;
    private final Clock clock;
    private final String version = version();

    Pages(
            SpringTemplateEngine deskTemplates,
            StateNames names,
            Catalog catalog,
            CurrentCaller caller,
            WorkloadAccess workload,
            Clock clock) {
        this.templates = deskTemplates;
        this.names = names;
        this.catalog = catalog;
        this.caller = caller;
        this.workload = workload;
        this.clock = clock;
    }

    private static String version() {
        var sum = new CRC32();
        FILES.forEach(file -> {
            try {
                sum.update(new ClassPathResource("static/" + file, Pages.class).getContentAsByteArray());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return Long.toHexString(sum.getValue());
    }

    static Language language(Exchange exchange) {
        return Language.of(exchange.getMessage().getHeader(HttpHeaders.ACCEPT_LANGUAGE, String.class));
    }

    /**
     * Answers with a page.
     *
     * @param template its file
     * @param part the fragment of it; null: all of it
     */
    void answer(Exchange exchange, String template, String part, Map<String, ?> values) {
        var language = language(exchange);
        var model = new HashMap<String, Object>(values);
        model.put("say", new Words(language, catalog.timeZone(), names));
        model.put("now", OffsetDateTime.now(clock));
        model.put("language", language.code());
        model.put("otherLanguage", language.other().code());
        model.put("types", TicketType.values());
        model.put("version", version);
        model.put("caller", caller.name());
        model.put("workload", workload.isOn());
        model.put("mayOperate", caller.mayOperate());
        var body = templates.process(
                template, part == null ? Set.of() : Set.of(part), new Context(language.locale(), model));
        var message = exchange.getMessage();
        // what came in must not go out; what is to go out stands in the answer's own headers
        message.removeHeaders("*", "HX-Replace-Url");
        message.setHeader(Exchange.CONTENT_TYPE, "text/html; charset=UTF-8");
        message.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        message.setHeader(HttpHeaders.VARY, "Accept-Language, Cookie");
        message.setBody(body);
    }
}
