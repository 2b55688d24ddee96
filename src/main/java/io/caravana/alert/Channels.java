package io.caravana.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.alert.Message.Channel;
import io.caravana.error.Failures;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.stereotype.Component;

/** The channels that are configured, and what a message looks like in each. */
@Component("channels")
public final class Channels {

    private final AlertProperties properties;
    private final ObjectMapper json;

    Channels(AlertProperties properties, ObjectMapper json) {
        this.properties = properties;
        this.json = json;
    }

    /** Those that are configured. */
    List<Channel> configured() {
        return Stream.of(Channel.values())
                .filter(channel ->
                        channel == Channel.MAIL ? hasMail() : !address(channel).isBlank())
                .toList();
    }

    /** Their names, as the database knows them. */
    String[] names() {
        return configured().stream().map(Channel::name).toArray(String[]::new);
    }

    /** Whether anybody is to be told. */
    public boolean isOn() {
        return !configured().isEmpty();
    }

    /** Whether mails are sent: only then is there a route for them. */
    public boolean hasMail() {
        return properties.mail().isConfigured();
    }

    /** Where a webhook is, without the path: that is secret, and is put on when the request leaves. */
    public String hostOf(@ExchangeProperty("message") Message message) {
        var url = url(message.channel());
        return "%s://%s/%s"
                .formatted(
                        url.getScheme(),
                        url.getRawAuthority(),
                        message.channel().word());
    }

    URI url(Channel channel) {
        return URI.create(address(channel));
    }

    private String address(Channel channel) {
        return (channel == Channel.SLACK
                        ? properties.slack().url()
                        : properties.webhook().url())
                .strip();
    }

    String token(Channel channel) {
        return channel == Channel.WEBHOOK ? properties.webhook().token() : "";
    }

    /** What Slack takes. It would read the three characters as the begin of a link or a mention. */
    public String slackBody(@ExchangeProperty("message") Message message) throws JsonProcessingException {
        var text = "*%s*\n%s".formatted(message.subject(), message.text());
        return json.writeValueAsString(
                Map.of("text", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
    }

    /** More than one event when there was too much to tell. */
    private record Body(String subject, String text, List<Notice> events) {}

    /** What the plain webhook gets. */
    public String webhookBody(@ExchangeProperty("message") Message message) throws JsonProcessingException {
        return json.writeValueAsString(new Body(message.subject(), message.text(), message.notices()));
    }

    /** Who gets it, and why it could not be sent and what to do, without a secret. */
    String explain(Channel channel, Throwable failure) {
        var whom = channel == Channel.MAIL
                ? "mail by %s:%d"
                        .formatted(properties.mail().host(), properties.mail().port())
                : "%s at %s".formatted(channel.word(), url(channel).getHost());
        return "%s: %s. %s".formatted(whom, masked(reason(failure)).replaceFirst("[.\\s]+$", ""), advice(channel));
    }

    private static String reason(Throwable failure) {
        return failure instanceof HttpOperationFailedException answered
                ? "the answer was " + answered.getStatusCode()
                : Failures.explain(failure).replaceAll("\\s*\\R\\s*", " ");
    }

    private static String advice(Channel channel) {
        return "Check caravana.notifications."
                + switch (channel) {
                    case MAIL -> "mail: host, port, encryption, username and password, from and to.";
                    case SLACK -> "slack.url (CARAVANA_NOTIFICATIONS_SLACK_URL).";
                    case WEBHOOK -> "webhook: url and token.";
                };
    }

    private String masked(String text) {
        var addresses = Stream.of(Channel.SLACK, Channel.WEBHOOK)
                .filter(channel -> !address(channel).isBlank());
        return Stream.concat(
                        Stream.of(
                                properties.mail().password(),
                                properties.webhook().token()),
                        addresses.flatMap(channel ->
                                Stream.of(address(channel), url(channel).getRawPath())))
                .filter(secret -> secret.length() > 1)
                .reduce(text, (masked, secret) -> masked.replace(secret, "***"));
    }
}
