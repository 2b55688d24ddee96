package io.caravana.alert;

import io.caravana.alert.Message.Collected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * Writes messages by templates in Camel's language {@code simple}: the first line is the subject, the rest is the text. A
 * value is never taken for a template.
 */
@Component("templates")
public final class Templates {

    private final CamelContext camel;
    private final AlertProperties properties;

    Templates(CamelContext camel, AlertProperties properties) {
        this.camel = camel;
        this.properties = properties;
    }

    /**
     * The message with its subject and text.
     *
     * @throws IllegalStateException if a template cannot be read
     */
    public Message write(Message message) {
        if (message.notices().size() == 1) {
            var notice = message.notices().get(0);
            return write(message, notice.event(), notice);
        }
        var subjects = message.notices().stream()
                .map(notice -> "- " + subject(filled(notice.event(), notice)))
                .collect(Collectors.joining("\n"));
        return write(
                message,
                "collected",
                new Collected(properties.name(), message.notices().size(), subjects));
    }

    private Message write(Message message, String template, Object values) {
        var filled = filled(template, values);
        return message.with(
                subject(filled), filled.replaceFirst("\\A.*\\R?", "").strip());
    }

    private static String subject(String filled) {
        return filled.lines()
                .findFirst()
                .orElse("")
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
    }

    private String filled(String template, Object values) {
        var exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(values);
        return camel.resolveLanguage("simple")
                .createExpression(read(template + ".txt"))
                .evaluate(exchange, String.class);
    }

    private String read(String file) {
        try {
            var own = Path.of(properties.templates()).resolve(file);
            return !properties.templates().isBlank() && Files.exists(own)
                    ? Files.readString(own)
                    : new ClassPathResource("alerts/" + file).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the template %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }
}
