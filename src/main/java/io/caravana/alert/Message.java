package io.caravana.alert;

import java.util.List;
import java.util.Locale;

/**
 * What a channel sends at once: one notice, or several when there were too many.
 *
 * @param channel who sends it
 * @param ids of its notices; empty when it is a test
 * @param subject one line; null until it is written
 * @param text the lines below it
 */
public record Message(Channel channel, List<Long> ids, List<Notice> notices, String subject, String text) {

    /** A way to people. */
    public enum Channel {
        MAIL,
        SLACK,
        WEBHOOK;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the template of a message with several notices uses. */
    public record Collected(String caravana, int count, String subjects) {}

    Message(Channel channel, List<Long> ids, List<Notice> notices) {
        this(channel, ids, notices, null, null);
    }

    Message with(String writtenSubject, String writtenText) {
        return new Message(channel, ids, notices, writtenSubject, writtenText);
    }
}
