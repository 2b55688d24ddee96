package io.caravana.alert;

import io.caravana.settings.Mistake;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * Who is told of executions that failed, are incomplete or late, and how. Nobody is as long as no channel is configured.
 *
 * @param name what Caravana calls itself in messages
 * @param baseUrl where people reach this Caravana, e.g. {@code https://caravana.example.com}, for links; empty: messages
 *     have none
 * @param templates a folder with templates in place of the built-in ones; those that are not there stay as they are
 * @param interrupted whether an execution that was interrupted is told; it goes on by itself
 * @param perHour messages that a channel sends in an hour, at most; what is above is told in one message
 * @param repeatAfter how long after a message about an alert the next one says that it persists
 * @param mail the mail server, and who gets mail
 * @param slack a webhook of Slack, or of what takes the same, such as Mattermost
 * @param webhook a webhook that takes JSON
 * @param late when a job is late; those that are not here never are
 */
@Validated
@ConfigurationProperties("caravana.notifications")
record AlertProperties(
        @DefaultValue("Caravana") @NotBlank String name,
        @DefaultValue("") String baseUrl,
        @DefaultValue("") String templates,
        @DefaultValue("false") boolean interrupted,
        @DefaultValue("10") @Min(1) @Max(1_000) int perHour,
        @DefaultValue("6h") Duration repeatAfter,
        @DefaultValue @Valid Mail mail,
        @DefaultValue Slack slack,
        @DefaultValue Webhook webhook,
        @DefaultValue List<@Valid Late> late)
        implements Validator {

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    /** How mail travels. */
    enum Encryption {
        STARTTLS,
        TLS,
        NONE
    }

    /**
     * @param host the mail server; empty: no mail is sent
     * @param port its port: 587 goes with {@code starttls}, 465 with {@code tls}
     * @param encryption {@code starttls}: begins in the clear and goes on encrypted, or not at all; {@code tls}: encrypted from
     *     the start; {@code none}: in the clear, without a password
     * @param username the user it wants; empty: none
     * @param password the user's password; only ever from the environment or a file outside the project
     * @param from the address that mails come from
     * @param to the addresses that get them, with commas between
     */
    record Mail(
            @DefaultValue("") String host,
            @DefaultValue("587") @Min(1) @Max(65_535) int port,
            @DefaultValue("starttls") Encryption encryption,
            @DefaultValue("") String username,
            @DefaultValue("") String password,
            @DefaultValue("") String from,
            @DefaultValue("") String to) {

        boolean isConfigured() {
            return !host.isBlank();
        }

        @Override
        public String toString() {
            return "Mail[host=%s, port=%d]".formatted(host, port);
        }
    }

    /**
     * @param url its address, a secret; empty: none
     * @param plainHttp whether it may be an address without TLS
     */
    record Slack(
            @DefaultValue("") String url,
            @DefaultValue("false") boolean plainHttp) {

        @Override
        public String toString() {
            return "Slack";
        }
    }

    /**
     * @param url its address, a secret; empty: none
     * @param token sent as {@code Authorization: Bearer}; empty: nothing is
     * @param plainHttp whether it may be an address without TLS
     */
    record Webhook(
            @DefaultValue("") String url,
            @DefaultValue("") String token,
            @DefaultValue("false") boolean plainHttp) {

        @Override
        public String toString() {
            return "Webhook";
        }
    }

    /**
     * @param job the job's name
     * @param noSuccessFor it is late when it has not succeeded for so long; 0: never
     * @param runningFor it is late when an execution runs for so long; 0: never
     */
    record Late(
            @NotBlank String job,
            @DefaultValue("0s") Duration noSuccessFor,
            @DefaultValue("0s") Duration runningFor) {}

    /** The address of a path at this Caravana; null where it is not configured. */
    String link(String path) {
        return baseUrl.isBlank() ? null : baseUrl.strip().replaceFirst("/+$", "") + path;
    }

    @Override
    public boolean supports(Class<?> type) {
        return type == AlertProperties.class;
    }

    /** Looks for addresses that would give secrets away, and for channels that are half configured. */
    @Override
    public void validate(Object target, Errors errors) {
        checkAddress(slack.url, slack.plainHttp, "slack.url", errors);
        checkAddress(webhook.url, webhook.plainHttp, "webhook.url", errors);
        if (!webhook.token.isEmpty() && webhook.url.isBlank()) {
            Mistake.note(errors, "webhook.url", "a token for it is configured: it takes the address, too");
        }
        if (!webhook.token.matches("[\\x20-\\x7e\\xa0-\\xff]*")) {
            Mistake.note(errors, "webhook.token", "it takes characters that an HTTP header can carry");
        }
        if (!baseUrl.isBlank() && !isAddress(baseUrl)) {
            Mistake.note(errors, "baseUrl", "it takes an address such as https://caravana.example.com");
        }
        if (mail.isConfigured()) {
            checkMail(errors);
        }
        var jobs = new HashSet<String>();
        for (int index = 0; index < late.size(); index++) {
            if (!jobs.add(late.get(index).job)) {
                Mistake.note(errors, "late[%d].job".formatted(index), "another entry is for this job");
            }
        }
    }

    private void checkMail(Errors errors) {
        if (!mail.host.strip().matches("[^/@:\\s]+|\\[[0-9a-fA-F:]+]")) {
            Mistake.note(errors, "mail.host", "it takes the name of a host alone");
        }
        if (!mail.from.contains("@")) {
            Mistake.note(errors, "mail.from", "it takes the address that mails come from");
        }
        if (!mail.to.contains("@")) {
            Mistake.note(errors, "mail.to", "it takes the addresses that get the mails, with commas between");
        }
        if (mail.password.isEmpty() != mail.username.isEmpty()) {
            Mistake.note(errors, "mail.username", "it takes a user where there is a password, and the other way round");
        }
        if (mail.encryption == Encryption.NONE
                && !mail.password.isEmpty()
                && !THIS_MACHINE.contains(mail.host.strip())) {
            Mistake.note(errors, "mail.encryption", "it takes starttls or tls where there is a password");
        }
    }

    private static void checkAddress(String url, boolean plainHttp, String field, Errors errors) {
        if (url.isBlank()) {
            return;
        }
        if (!isAddress(url)) {
            Mistake.note(errors, field, "it takes an address that begins with https:// and has no user in it");
        } else if (!plainHttp
                && !"https".equalsIgnoreCase(address(url).getScheme())
                && !THIS_MACHINE.contains(address(url).getHost())) {
            Mistake.note(
                    errors,
                    field,
                    "it takes an address that begins with https://, as the address is a secret; plain-http: true allows another");
        }
    }

    private static boolean isAddress(String url) {
        try {
            var address = address(url);
            return address.getScheme() != null
                    && address.getScheme().matches("(?i)https?")
                    && address.getHost() != null
                    && address.getUserInfo() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static URI address(String url) {
        return URI.create(url.strip());
    }
}
