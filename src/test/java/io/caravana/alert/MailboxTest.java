package io.caravana.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.caravana.error.Failures;
import io.caravana.settings.Awkward;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.internet.MimeMessage;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MailboxTest {

    static Stream<String> secrets() {
        return Awkward.secrets();
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void a_password_arrives_as_it_is(String secret) throws Exception {
        var server = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp"));
        server.start();
        try {
            server.setUser("postman", secret);
            var mailbox = new ChannelConfiguration()
                    .mailbox(TemplatesTest.properties(Map.of(
                            "caravana.notifications.mail.host", "127.0.0.1",
                            "caravana.notifications.mail.port",
                                    String.valueOf(server.getSmtp().getPort()),
                            "caravana.notifications.mail.encryption", "none",
                            "caravana.notifications.mail.username", "postman",
                            "caravana.notifications.mail.password", secret)));
            var mail = new MimeMessage(mailbox.getSession());
            mail.setFrom("caravana@example.com");
            mail.setRecipients(RecipientType.TO, "ana@example.com");
            mail.setText("a test");
            mailbox.send(mail);
            assertThat(server.getReceivedMessages()).hasSize(1);
        } finally {
            server.stop();
        }
    }

    private static final String PASSWORD = "pass-of-the-postman";

    @ParameterizedTest
    @CsvSource({"smtp, starttls, STARTTLS is required", "smtps, tls, PKIX path building failed"})
    void a_password_is_given_to_no_server_that_does_not_prove_who_it_is(
            String protocol, String encryption, String says) {
        var server = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
        server.start();
        try {
            var port = "smtp".equals(protocol)
                    ? server.getSmtp().getPort()
                    : server.getSmtps().getPort();
            var mailbox = new ChannelConfiguration()
                    .mailbox(TemplatesTest.properties(Map.of(
                            "caravana.notifications.mail.host",
                            "127.0.0.1",
                            "caravana.notifications.mail.port",
                            String.valueOf(port),
                            "caravana.notifications.mail.encryption",
                            encryption,
                            "caravana.notifications.mail.username",
                            "postman",
                            "caravana.notifications.mail.password",
                            PASSWORD)));
            var failure = catchThrowable(() -> {
                var mail = new MimeMessage(mailbox.getSession());
                mail.setFrom("caravana@example.com");
                mail.setRecipients(RecipientType.TO, "ana@example.com");
                mail.setText("a test");
                mailbox.send(mail);
            });
            assertThat(Failures.explain(failure)).contains(says).doesNotContain(PASSWORD);
            assertThat(server.getReceivedMessages()).isEmpty();
        } finally {
            server.stop();
        }
    }
}
