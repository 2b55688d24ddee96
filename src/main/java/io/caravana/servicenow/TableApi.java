package io.caravana.servicenow;

import io.caravana.execution.TableLoad;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
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

    private final ServiceNowAccess access;
    private final Refusals refusals;

    TableApi(ServiceNowAccess access, Refusals refusals) {
        this.access = access;
        this.refusals = refusals;
    }

    private record Asked(PageRequest request, long nanos) {}

    /** Puts the request for the cursor's next page on the message. */
    public void ask(Exchange exchange, @ExchangeProperty("cursor") PageCursor cursor) {
        var request = cursor.next();
        var message = exchange.getMessage();
        // the routes count their tries in a header
        message.removeHeaders("*", Exchange.REDELIVERY_COUNTER, Exchange.REDELIVERY_MAX_COUNTER);
        message.setBody(null);
        message.setHeader(Exchange.HTTP_METHOD, "GET");
        message.setHeader(Exchange.HTTP_URI, access.url() + request.path());
        message.setHeader(Exchange.HTTP_QUERY, request.queryString());
        message.setHeader("Accept", "application/json");
        message.setHeader("Accept-Encoding", "gzip");
        exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
        exchange.setProperty(ASKED, new Asked(request, System.nanoTime()));
    }

    /**
     * Reads the answer whole and gives its connection back.
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
            throws IOException {
        var message = exchange.getMessage();
        var status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        try (var body = new Body(message)) {
            if (status != 200) {
                throw Answers.of(asked.request, status, body.words(), retryAfter(message));
            }
            var contentType = message.getHeader(Exchange.CONTENT_TYPE, String.class);
            if (!Answers.isJson(contentType)) {
                throw Answers.notJson(asked.request, status, contentType);
            }
            var records = PageParser.parse(body.json, cursor.fields());
            load.answered(System.nanoTime() - asked.nanos, body.json.count, body.wire.count);
            var total = total(message);
            message.removeHeaders("*");
            return new Page(cursor.fields(), records, total);
        }
    }

    /** Turns whatever kept a page from arriving into a {@link ServiceNowException} that names the page. */
    public void fail(
            Exchange exchange,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty(ASKED) Asked asked,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        load.unanswered(System.nanoTime() - asked.nanos);
        // the answer's stream is closed, nobody may read it
        exchange.getMessage().setBody(null);
        var failure = refusals.explain(
                exchange, asked.request, cause instanceof IOException io ? Answers.of(asked.request, io) : cause);
        if (failure instanceof ServiceNowException.Retryable retryable && retryable.retryAfter() != null) {
            exchange.getMessage()
                    .setHeader(Exchange.REDELIVERY_DELAY, retryable.retryAfter().toMillis());
        }
        throw failure;
    }

    private static long total(Message message) {
        return message.getHeader("X-Total-Count", -1L, Long.class);
    }

    private static Duration retryAfter(Message message) {
        var header = message.getHeader("Retry-After", String.class);
        try {
            return header == null ? null : Duration.ofSeconds(Long.parseLong(header.strip()));
        } catch (NumberFormatException | DateTimeException notSeconds) {
            return null;
        }
    }

    /** The answer's body, unpacked, and counted before and after. */
    private static final class Body implements AutoCloseable {
        private final Counted wire;
        private final Counted json;

        Body(Message message) throws IOException {
            var stream = message.getBody(InputStream.class);
            wire = new Counted(stream == null ? InputStream.nullInputStream() : stream);
            var packed = "gzip".equalsIgnoreCase(message.getHeader(Exchange.CONTENT_ENCODING, String.class));
            json = new Counted(packed ? new GZIPInputStream(wire, 16_384) : wire);
        }

        String words() throws IOException {
            return new String(json.readNBytes(WORDS), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            json.close();
        }
    }

    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            var read = super.read(bytes, from, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
