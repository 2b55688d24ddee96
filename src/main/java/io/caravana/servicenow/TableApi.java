package io.caravana.servicenow;

import io.caravana.execution.ExecutionEvent;
import io.caravana.execution.PageSlots;
import io.caravana.execution.TableLoad;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** The steps of the route {@code fetch-page}: asking the Table API for the cursor's next page, and reading its answer. */
@Component("tableApi")
final class TableApi {

    private static final int WORDS = 8_192;
    private static final String ASKED = "asked";
    private static final String IN_FLIGHT = "inFlight";

    private final ServiceNowAccess access;
    private final Refusals refusals;
    private final Limiter limiter;
    private final PageSlots slots;
    private final SourceClock clock;
    private final long maxBytes;

    TableApi(
            ServiceNowAccess access,
            Refusals refusals,
            Limiter limiter,
            PageSlots slots,
            SourceClock clock,
            ServiceNowProperties properties) {
        this.access = access;
        this.refusals = refusals;
        this.limiter = limiter;
        this.slots = slots;
        this.clock = clock;
        this.maxBytes = properties.maxPageBytes().toBytes();
    }

    private record Asked(PageRequest request, long nanos) {}

    /** The event that tells that the load waits for ServiceNow; null when it does not have to. */
    public ExecutionEvent waiting(@ExchangeProperty("load") TableLoad load) {
        var until = limiter.closedUntil();
        return until == null ? null : load.waitingEvent(until);
    }

    /** Waits until a request may be sent. */
    public void enter(
            Exchange exchange, @ExchangeProperty("cursor") PageCursor cursor, @ExchangeProperty("load") TableLoad load)
            throws InterruptedException {
        exchange.removeProperty(ASKED);
        limiter.enter(load::goOn).forEach(load::waited);
        exchange.setProperty(IN_FLIGHT, true);
        exchange.setProperty(ASKED, new Asked(cursor.next(), System.nanoTime()));
    }

    /** Puts the request for the cursor's next page on the message. */
    public void ask(Exchange exchange, @ExchangeProperty(ASKED) Asked asked) {
        var message = exchange.getMessage();
        // the routes count their tries in a header
        message.removeHeaders("*", Exchange.REDELIVERY_COUNTER);
        message.setBody(null);
        message.setHeader(Exchange.HTTP_METHOD, "GET");
        message.setHeader(Exchange.HTTP_URI, access.url() + asked.request.path());
        message.setHeader(Exchange.HTTP_QUERY, asked.request.queryString());
        message.setHeader("Accept", "application/json");
        message.setHeader("Accept-Encoding", "gzip");
        exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
        exchange.setProperty(ASKED, new Asked(asked.request, System.nanoTime()));
    }

    /**
     * Gets the answer whole and gives its connection back, then reads it. Its date stays in the property {@code answerDate}.
     *
     * @return the page
     * @throws ServiceNowException if the answer is not a page
     * @throws IOException if it breaks while it is read
     */
    public Page read(
            Exchange exchange,
            @ExchangeProperty("cursor") PageCursor cursor,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty(ASKED) Asked asked)
            throws IOException, InterruptedException {
        var message = exchange.getMessage();
        var status = status(message);
        try (var body = new Body(message, maxBytes)) {
            if (status != 200) {
                throw Answers.of(asked.request, status, body.words(), retryAfter(message));
            }
            var contentType = message.getHeader(Exchange.CONTENT_TYPE, String.class);
            if (!Answers.isJson(contentType)) {
                throw Answers.notJson(asked.request, status, contentType);
            }
            body.arrive();
            var nanos = System.nanoTime() - asked.nanos;
            arrived(exchange);
            var records = parse(body, cursor.fields());
            limiter.answered();
            load.answered(nanos, body.json.count, body.wire.count);
            cursor.answered(records.size(), body.json.count, nanos);
            var total = total(message);
            var date = message.getHeader("Date", String.class);
            clock.learn(date);
            exchange.setProperty("answerDate", date);
            message.removeHeaders("*");
            return new Page(cursor.fields(), records, total, asked.request.limit(), cursor.unreadable());
        }
    }

    private List<SourceRecord> parse(Body body, Fields fields) throws IOException, InterruptedException {
        slots.take();
        try {
            return PageParser.parse(body.json, fields);
        } finally {
            slots.giveBack();
        }
    }

    private void arrived(Exchange exchange) {
        if (exchange.removeProperty(IN_FLIGHT) != null) {
            limiter.arrived();
        }
    }

    /** Turns whatever kept a page from arriving into a {@link ServiceNowException} that names the page. */
    public void fail(
            Exchange exchange,
            @ExchangeProperty("cursor") PageCursor cursor,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty(ASKED) Asked asked,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        if (asked == null) {
            throw cause;
        }
        load.unanswered(status(exchange.getMessage()), System.nanoTime() - asked.nanos);
        // the answer's stream is closed, nobody may read it
        exchange.getMessage().setBody(null);
        var failure = refusals.explain(
                exchange, asked.request, cause instanceof IOException io ? Answers.of(asked.request, io) : cause);
        if (failure instanceof ServiceNowException.Retryable retryable) {
            remedy(exchange, cursor, retryable);
        }
        // what it means for the requests to come is known before one of them takes its place
        arrived(exchange);
        throw failure;
    }

    private void remedy(Exchange exchange, PageCursor cursor, ServiceNowException.Retryable failure) {
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

    private static long total(Message message) {
        return message.getHeader("X-Total-Count", -1L, Long.class);
    }

    /** What ServiceNow asked to wait: as seconds, or as the moment when its rule's hour ends; null: nothing. */
    private Duration retryAfter(Message message) {
        var seconds = number(message, "Retry-After");
        if (seconds >= 0) {
            return Duration.ofSeconds(seconds);
        }
        var reset = number(message, "X-RateLimit-Reset");
        return reset < 0 ? null : limiter.until(Instant.ofEpochSecond(reset));
    }

    private static long number(Message message, String header) {
        var text = message.getHeader(header, "", String.class).strip();
        return text.matches("\\d{1,10}") ? Long.parseLong(text) : -1;
    }

    /** The answer's body, unpacked, and counted before and after. */
    private static final class Body implements AutoCloseable {
        private final Counted wire;
        private final boolean isPacked;
        private final long most;
        private Counted json;

        Body(Message message, long most) throws IOException {
            var stream = message.getBody(InputStream.class);
            this.most = most;
            isPacked = "gzip".equalsIgnoreCase(message.getHeader(Exchange.CONTENT_ENCODING, String.class));
            wire = new Counted(stream == null ? InputStream.nullInputStream() : stream, most);
        }

        /** Gets it from the net, as it is. */
        void arrive() throws IOException {
            unpack(new ByteArrayInputStream(wire.readAllBytes()));
        }

        String words() throws IOException {
            unpack(wire);
            return new String(json.readNBytes(WORDS), StandardCharsets.UTF_8);
        }

        private void unpack(InputStream body) throws IOException {
            json = new Counted(isPacked ? new GZIPInputStream(body, 16_384) : body, most);
        }

        @Override
        public void close() throws IOException {
            try (wire) {
                if (json != null) {
                    json.close();
                }
            }
        }
    }

    private static final class Counted extends FilterInputStream {
        private final long most;
        private long count;

        Counted(InputStream in, long most) {
            super(in);
            this.most = most;
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
        }
    }
}
