package io.caravana.simulator;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** The answers that take the place of the right one. */
final class FaultAnswers {
    private static final String LOGIN_PAGE = """
            <!DOCTYPE html>
            <html lang="en"><head><title>ServiceNow</title></head>
            <body><form action="login.do" method="post"><input name="user_name"><input name="user_password" type="password"></form></body></html>
            """;

    private final Clock clock;

    FaultAnswers(Clock clock) {
        this.clock = clock;
    }

    /**
     * The first answer the faults give, or empty when they leave the right one.
     *
     * @param length the characters of the request's path and query
     */
    Optional<Answer> instead(List<Fault> faults, int length) {
        return faults.stream()
                .map(fault -> instead(fault, length))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The answer with its headers as the faults have them. */
    static Answer withHeaders(Answer answer, List<Fault> faults) {
        var changed = answer;
        for (var fault : faults) {
            if (fault.kind() == Fault.Kind.HEADERS) {
                for (var header : fault.settings().entrySet()) {
                    changed = header.getValue().isEmpty()
                            ? changed.without(header.getKey())
                            : changed.with(header.getKey(), header.getValue());
                }
            }
        }
        return changed;
    }

    private Optional<Answer> instead(Fault fault, int length) {
        return Optional.ofNullable(
                switch (fault.kind()) {
                    case STATUS -> status(fault);
                    case RATE_LIMIT -> rateLimit(fault);
                    case LONG_LINE -> length > fault.number("characters", 8_000) ? tooLong() : null;
                    case SEMAPHORE -> Answer.error(429, "Rate limit exceeded", "Too many concurrent requests");
                    case LOGIN_PAGE -> Answer.text(200, "text/html;charset=UTF-8", LOGIN_PAGE);
                    case LOGIN_REDIRECT -> Answer.none(302).with("Location", "/login.do");
                    case ERROR_ONLY ->
                        Answer.error(200, "Transaction cancelled: maximum execution time exceeded", null);
                    default -> null;
                });
    }

    /** As Tomcat answers, see ServiceNow's KB0826932. */
    private static Answer tooLong() {
        return Answer.text(
                400,
                "text/html;charset=utf-8",
                "<!doctype html><html lang=\"en\"><head><title>HTTP Status 400</title></head><body><h1>HTTP Status 400</h1><p>Request header is too large</p></body></html>");
    }

    private Answer status(Fault fault) {
        var status = fault.number("status", 503);
        var answer = switch (status) {
            case 400 -> Answer.error(400, "Invalid table", null);
            case 401 ->
                Answer.error(401, "User Not Authenticated", "Required to provide Auth information")
                        .with("WWW-Authenticate", "BASIC realm=\"Service-now\"");
            case 403 -> Answer.error(403, "User Not Authorized", "Failed API level ACL Validation");
            case 404 -> TableApi.noRecord();
            case 202 -> Answer.text(202, "text/html;charset=UTF-8", "");
            case 502, 503, 504 ->
                Answer.text(
                        status, "text/html;charset=UTF-8", "<html><body><h1>%d</h1></body></html>".formatted(status));
            default -> Answer.error(status, "Transaction failed", null);
        };
        var retryAfter = fault.setting("retry-after", "");
        return retryAfter.isEmpty() ? answer : answer.with("Retry-After", retryAfter(fault, retryAfter));
    }

    private String retryAfter(Fault fault, String seconds) {
        return fault.setting("as", "seconds").equals("date")
                ? DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        clock.instant().plusSeconds(Long.parseLong(seconds)).atOffset(ZoneOffset.UTC))
                : seconds;
    }

    private Answer rateLimit(Fault fault) {
        var seconds = fault.number("seconds", 3_600);
        return Answer.error(429, "Rate limit exceeded", "Rate limit of 100 requests per hour for Table API exceeded")
                .with("X-RateLimit-Limit", "100")
                .with("X-RateLimit-Reset", Long.toString(clock.instant().getEpochSecond() + seconds))
                .with("X-RateLimit-Rule", "Table API per hour")
                .with("Retry-After", retryAfter(fault, Integer.toString(seconds)));
    }
}
