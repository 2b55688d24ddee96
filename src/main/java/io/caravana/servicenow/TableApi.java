package io.caravana.servicenow;

import io.caravana.connector.HttpAnswers;
import io.caravana.connector.Limiter;
import io.caravana.connector.RetryAfter;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.connector.ServiceNowProperties;
import io.caravana.connector.Wait;
import io.caravana.error.Failures;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The steps of the route {@code fetch-page}: asking the Table API for the cursor's next page, and reading its answer. */
@Component("tableApi")
final class TableApi {

    private static final Logger LOG = LoggerFactory.getLogger(TableApi.class);
    private static final int WORDS = 8_192;
    /** An answer may come in drops, each in time: it has to be whole in so many times the time for its next bytes. */
    private static final int WHOLE = 10;

    private final ServiceNowAccess access;
    private final Refusals refusals;
    private final Limiter limiter;
    private final SourceClock clock;
    private final long maxBytes;
    private final Duration longestAnswer;

    TableApi(
            ServiceNowAccess access,
            Refusals refusals,
            Limiter limiter,
            SourceClock clock,
            ServiceNowProperties properties) {
        this.access = access;
        this.refusals = refusals;
        this.limiter = limiter;
        this.clock = clock;
        this.maxBytes = properties.maxPageBytes().toBytes();
        this.longestAnswer = properties.responseTimeout().multipliedBy(WHOLE);
    }

    /** Whether the reader is about to wait until ServiceNow may be asked again. */
    public boolean isToWait(@ExchangeProperty("load") TableReader reader) {
        return reader.isPatient() && limiter.closedUntil() != null;
    }

    /** Waits for a place among the requests in flight, and until ServiceNow may be asked. */
    public void takePlace(@ExchangeProperty("load") TableReader reader) throws InterruptedException {
        var next = reader.cursor().next();
        limiter.acquire(() -> goOn(reader, next)).forEach(reader::waited);
        reader.isInFlight(true);
    }

    /** Who only tries whether ServiceNow answers does not wait for hours. */
    private void goOn(TableReader reader, PageRequest next) {
        reader.goOn();
        var until = reader.isPatient() ? null : limiter.closedUntil();
        if (until != null) {
            throw Answers.leftAlone(next, until);
        }
    }

    /**
     * Puts the request for the cursor's next page on the message. If ServiceNow has asked for a pause since the place was taken,
     * gives the place back instead.
     */
    public void build(Exchange exchange, @ExchangeProperty("load") TableReader reader) {
        reader.waited(Wait.RATE, reader.nanos());
        reader.goOn();
        if (limiter.closedUntil() != null) {
            leave(reader);
            return;
        }
        reader.request(reader.cursor().next());
        var message = exchange.getMessage();
        // the routes count their tries in a header
        message.removeHeaders("*", Exchange.REDELIVERY_COUNTER);
        message.setBody(null);
        message.setHeader(Exchange.HTTP_METHOD, "GET");
        message.setHeader(Exchange.HTTP_URI, access.url() + reader.request().path());
        message.setHeader(Exchange.HTTP_QUERY, reader.request().queryString());
        message.setHeader("Accept", "application/json");
        message.setHeader("Accept-Encoding", "gzip");
        exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
    }

    /** Ends a request, whatever has become of it: gives back its place among those in flight. */
    public void leave(@ExchangeProperty("load") TableReader reader) {
        reader.request(null);
        arrived(reader);
    }

    private void arrived(TableReader reader) {
        if (reader.isInFlight()) {
            reader.isInFlight(false);
            limiter.release();
        }
    }

    /**
     * Gets the answer whole, so that its connection and its place are free before it is parsed.
     *
     * @return what {@link #parse} reads
     * @throws ServiceNowException if the answer is not a page
     * @throws IOException if it breaks off
     */
    public Answer receive(Exchange exchange, @ExchangeProperty("load") TableReader reader) throws IOException {
        var message = exchange.getMessage();
        var request = reader.request();
        var status = status(message);
        var body = new Body(message, maxBytes, System.nanoTime() + longestAnswer.toNanos());
        try (body.wire) {
            var contentType = message.getHeader(Exchange.CONTENT_TYPE, String.class);
            if (status != 200) {
                throw Answers.of(request, status, contentType, body.words(), retryAfter(message, status));
            }
            if (HttpAnswers.isPageOfHtml(contentType)) {
                throw Answers.notJson(request, status, contentType);
            }
            body.arrive();
            if (!HttpAnswers.isJson(contentType) && !body.isObject()) {
                throw Answers.notJson(request, status, contentType);
            }
        }
        var nanos = reader.nanos();
        arrived(reader);
        return new Answer(body, number(message, "X-Total-Count"), nanos);
    }

    /** An answer that has come whole. */
    static final class Answer {
        private final Body body;
        private final long total;
        private final long nanos;

        private Answer(Body body, long total, long nanos) {
            this.body = body;
            this.total = total;
            this.nanos = nanos;
        }
    }

    /**
     * Parses an answer, and learns from it.
     *
     * @return the page
     * @throws IOException if it is not a whole page
     */
    public Page parse(Exchange exchange, @ExchangeProperty("load") TableReader reader) throws IOException {
        var message = exchange.getMessage();
        var answer = message.getBody(Answer.class);
        var page = page(reader, answer);
        limiter.succeeded();
        reader.answered(answer.nanos, answer.body.json.count, answer.body.wire.count);
        reader.answerDate(message.getHeader("Date", String.class));
        clock.learn(reader.answerDate());
        reader.setPage(page);
        message.removeHeaders("*");
        return page;
    }

    private static Page page(TableReader reader, Answer answer) throws IOException {
        var cursor = reader.cursor();
        var request = reader.request();
        if (request.isCountOnly()) {
            return cursor.counted(PageParser.count(answer.body.json));
        }
        var records = PageParser.parse(answer.body.json, cursor.fields());
        if (!cursor.isCounting()) {
            cursor.answered(records.size(), answer.body.json.count, answer.nanos);
        }
        return cursor.take(request, records, answer.total);
    }

    /** Turns whatever kept a page from arriving into a {@link ServiceNowException} that names the page. */
    public void fail(
            Exchange exchange,
            @ExchangeProperty("load") TableReader reader,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        var request = reader.request();
        if (request == null) {
            throw cause;
        }
        reader.unanswered(status(exchange.getMessage()), reader.nanos());
        // the answer's stream is closed, nobody may read it
        exchange.getMessage().setBody(null);
        var failure =
                refusals.explain(exchange, request, cause instanceof IOException io ? Answers.of(request, io) : cause);
        if (failure instanceof ServiceNowException.Retryable retryable) {
            remedy(exchange, reader.cursor(), request, retryable);
        }
        // what it means for the requests to come is known before one of them takes its place
        arrived(reader);
        if (!isUncountable(request, reader.cursor(), failure)) {
            throw failure;
        }
        LOG.warn(
                "{}: ServiceNow's answers have no X-Total-Count, and its statistics cannot be read ({}). So the read cannot be proven complete, and nothing is deleted. Let the gateway pass the header, or give the account the right to read /api/now/stats",
                request.table(),
                Failures.explain(failure));
    }

    /** Whether the statistics are not asked any more, so that the read goes on without them. */
    private static boolean isUncountable(PageRequest request, PageCursor cursor, Exception failure) {
        if (!request.isCountOnly()) {
            return false;
        }
        if (failure instanceof ServiceNowException.Permanent refused) {
            return !refused.isSignInRefused() && cursor.read().countFailed(true);
        }
        return failure instanceof ServiceNowException.Retryable passing
                && passing.isAboutTheAnswer()
                && cursor.read().countFailed(false);
    }

    private void remedy(
            Exchange exchange, PageCursor cursor, PageRequest request, ServiceNowException.Retryable failure) {
        switch (failure.remedy()) {
            case TIME -> limiter.failed();
            case NEW_CREDENTIALS -> atOnce(exchange);
            case FEWER_AT_ONCE -> limiter.refusedAsTooMany();
            case ASKED_WAIT -> {
                limiter.refusedUntil(failure.retryAfter());
                atOnce(exchange);
            }
            case SMALLER_PAGE -> {
                cursor.shrink(failure.getMessage());
                if (Answers.isCutOnTheWay(failure)) {
                    limiter.failed();
                } else {
                    atOnce(exchange);
                }
            }
            case TIME_AND_SMALLER_PAGE -> {
                limiter.failed();
                cursor.ease();
            }
            case SHORTER_REQUEST -> {
                if (cursor.shorten(request)) {
                    LOG.info("{}", failure.getMessage());
                }
                atOnce(exchange);
            }
        }
    }

    /** The next try needs no pause of its own. */
    private static void atOnce(Exchange exchange) {
        exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, 0L);
    }

    private static int status(Message message) {
        return message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
    }

    /** What ServiceNow asked to wait: as seconds, as a date, or as the moment when its rule's hour ends; null: nothing. */
    private Duration retryAfter(Message message, int status) {
        var asked = RetryAfter.of(text(message, "Retry-After"), text(message, "Date"));
        var reset = number(message, "X-RateLimit-Reset");
        return asked != null || status != 429 || reset < 0 ? asked : limiter.until(Instant.ofEpochSecond(reset));
    }

    private static String text(Message message, String header) {
        return message.getHeader(header, "", String.class).strip();
    }

    /** A header's number; negative when it has none, or one that nobody would send. */
    private static long number(Message message, String header) {
        var text = text(message, header);
        return text.matches("\\d{1,10}") ? Long.parseLong(text) : -1;
    }

    /** The answer's body, unpacked, and counted before and after. */
    private static final class Body {
        private final Counted wire;
        private final boolean isPacked;
        private final long most;
        private Counted json;

        Body(Message message, long most, long until) throws IOException {
            var stream = message.getBody(InputStream.class);
            this.most = most;
            isPacked = text(message, Exchange.CONTENT_ENCODING).matches("(?i)(x-)?gzip");
            wire = new Counted(stream == null ? InputStream.nullInputStream() : stream, most, until);
        }

        /** Gets it from the net, as it is. */
        void arrive() throws IOException {
            byte[] bytes;
            try {
                bytes = wire.readAllBytes();
            } catch (SocketTimeoutException | PageParser.BrokenAnswer slowOrLarge) {
                throw slowOrLarge;
            } catch (IOException broken) {
                throw wire.count == 0 ? broken : new PageParser.BrokenAnswer("it broke off", broken);
            }
            unpack(new ByteArrayInputStream(bytes));
        }

        /** Whether it looks like the JSON that was asked for, whatever its header calls it. */
        boolean isObject() throws IOException {
            return json.peek() == '{';
        }

        String words() throws IOException {
            unpack(wire);
            return new String(json.readNBytes(WORDS), StandardCharsets.UTF_8);
        }

        private void unpack(InputStream body) throws IOException {
            var unpacked = new BufferedInputStream(isPacked ? new GZIPInputStream(body, 16_384) : body);
            json = new Counted(unpacked, most, wire.until);
        }
    }

    private static final class Counted extends FilterInputStream {
        private final long most;
        /** In {@link System#nanoTime()}. */
        private final long until;

        private long count;

        Counted(InputStream in, long most, long until) {
            super(in);
            this.most = most;
            this.until = until;
        }

        /** The next byte that is no white space, or -1; it is still to be read. */
        int peek() throws IOException {
            in.mark(64);
            var next = in.read();
            while (Character.isWhitespace(next)) {
                next = in.read();
            }
            in.reset();
            return next;
        }

        @Override
        public int read() throws IOException {
            var read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            var read = super.read(bytes, from, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int bytes) throws IOException {
            count += bytes;
            if (count > most) {
                throw new PageParser.BrokenAnswer("the answer is larger than %d bytes".formatted(most));
            }
            if (System.nanoTime() - until > 0) {
                throw new SocketTimeoutException("the answer comes so slowly that it is given up");
            }
        }
    }
}
