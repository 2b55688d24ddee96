package io.caravana.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.connector.HttpAnswers;
import io.caravana.connector.Limiter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/** The steps around a request to the engine: its place among those in flight, the request, and what its answer means. */
@Component("engineApi")
public class EngineApi {

    private static final int MOST_BYTES = 64_000_000;
    private static final int LOG_BYTES = 256_000;
    private static final int MOST_WORDS = 500;
    private static final Pattern CODE = Pattern.compile("AWS[A-Z]{3}\\d{3}[EWI]");
    private static final String IN_FLIGHT = "workloadInFlight";

    private final WorkloadAccess access;
    private final Limiter limiter;
    private final ObjectMapper json;

    EngineApi(WorkloadAccess access, @Qualifier("workloadLimiter") Limiter limiter, ObjectMapper json) {
        this.access = access;
        this.limiter = limiter;
        this.json = json;
    }

    /** Whether an engine is followed. */
    public boolean isOn() {
        return access.isOn();
    }

    public long everyMillis() {
        return access.every().toMillis();
    }

    /**
     * Waits for a place among the requests in flight. Nobody waits for an engine that is left alone: the timer fires again.
     *
     * @throws WorkloadException if the engine is left alone for a while
     */
    public void takePlace(Exchange exchange) throws InterruptedException, WorkloadException {
        var until = limiter.closedUntil();
        if (until != null) {
            throw new WorkloadException(0, "The workload engine is left alone until " + until);
        }
        limiter.acquire(() -> {});
        exchange.setProperty(IN_FLIGHT, true);
    }

    /** Puts the request on the message. */
    public void build(Exchange exchange, @ExchangeProperty("request") EngineRequest request) {
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setBody(request.isWrite() ? "{}" : null);
        message.setHeader(Exchange.HTTP_METHOD, request.method());
        message.setHeader(Exchange.HTTP_URI, access.url() + request.path());
        message.setHeader(Exchange.HTTP_QUERY, request.query());
        message.setHeader("Accept", "application/json, text/plain;q=0.5");
        message.setHeader("Include-Count", "true");
        if (request.isWrite()) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        request.headers().forEach(message::setHeader);
    }

    /**
     * Reads an answer whole.
     *
     * @return its JSON, or its text where it is a log
     * @throws WorkloadException if it is neither
     */
    public Object receive(Exchange exchange, @ExchangeProperty("request") EngineRequest request) throws IOException {
        var message = exchange.getMessage();
        var status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        var type = message.getHeader(Exchange.CONTENT_TYPE, "", String.class);
        var retryAfter = message.getHeader("Retry-After", "", String.class);
        var isText = type.startsWith("text/plain") && status == 200;
        var body = message.getBody(InputStream.class);
        var bytes = isText ? end(body) : bytes(body);
        message.removeHeaders("*");
        if (status != 200 && !(request.isWrite() && (status == 202 || status == 204))) {
            throw refused(request, status, retryAfter, new String(bytes, StandardCharsets.UTF_8));
        }
        if (isText) {
            limiter.succeeded();
            return text(bytes);
        }
        if (request.isWrite()) {
            // whatever it says: what has become of the write is read in the plan
            limiter.succeeded();
            return "";
        }
        return parsed(request, type, bytes);
    }

    private JsonNode parsed(EngineRequest request, String type, byte[] bytes) throws WorkloadException {
        try {
            var answer = HttpAnswers.isPageOfHtml(type) ? null : json.readTree(bytes);
            if (answer != null && answer.isObject()) {
                limiter.succeeded();
                return answer;
            }
        } catch (JsonProcessingException cutOff) {
            // says nothing more than that it is none
        } catch (IOException e) {
            throw new IllegalStateException("Bytes in memory can be read", e);
        }
        limiter.failed();
        throw new WorkloadException(
                200, "%s was answered with what is no JSON object (%s)".formatted(request.path(), type));
    }

    /** The end of a log, however long that is. */
    private static byte[] end(InputStream body) throws IOException {
        if (body == null) {
            return new byte[0];
        }
        try (body) {
            var kept = new byte[0];
            for (var piece = body.readNBytes(LOG_BYTES); piece.length > 0; piece = body.readNBytes(LOG_BYTES)) {
                var both = new byte[kept.length + piece.length];
                System.arraycopy(kept, 0, both, 0, kept.length);
                System.arraycopy(piece, 0, both, kept.length, piece.length);
                kept = both.length <= LOG_BYTES ? both : Arrays.copyOfRange(both, both.length - LOG_BYTES, both.length);
            }
            return kept;
        }
    }

    /** Programs print in any charset: what is no UTF-8 is read as what each byte is. The end may begin inside a character. */
    private static String text(byte[] bytes) {
        var first = 0;
        while (first < bytes.length && first < 4 && (bytes[first] & 0xC0) == 0x80) {
            first++;
        }
        var text = new String(bytes, first, bytes.length - first, StandardCharsets.UTF_8);
        return text.indexOf('\uFFFD') < 0 ? text : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(InputStream body) throws IOException {
        if (body == null) {
            return new byte[0];
        }
        try (body) {
            var bytes = body.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new WorkloadException(
                        200,
                        "An answer of the workload engine is larger than 64 MB: lower caravana.workload.page-size");
            }
            return bytes;
        }
    }

    /** A code of the engine says that it works: what it refuses is no outage. */
    private WorkloadException refused(EngineRequest request, int status, String retryAfter, String body) {
        var words = body.substring(0, Math.min(MOST_WORDS, body.length())).replaceAll("\\s+", " ");
        var isSaidByEngine = CODE.matcher(body).find() || body.contains("OQL_");
        if (status == 429 || status == 503 && retryAfter.matches("\\d{1,5}")) {
            limiter.refusedUntil(Duration.ofSeconds(retryAfter.matches("\\d{1,5}") ? Long.parseLong(retryAfter) : 30));
        } else if (HttpAnswers.isRetryable(status) && !isSaidByEngine) {
            limiter.failed();
        } else if (status != 401) {
            limiter.succeeded();
        }
        var advice = switch (status) {
            case 401 -> ": check WORKLOAD_USERNAME and WORKLOAD_PASSWORD, or WORKLOAD_API_KEY";
            case 403 -> ": the account must be allowed to display the plan";
            case 404 -> ": version 10.1 FP1 or later is needed, and an address up to /twsd";
            default -> "";
        };
        return new WorkloadException(
                status,
                isSaidByEngine,
                "%s was answered with status %d%s. %s".formatted(request.path(), status, advice, words));
    }

    /** Explains what kept an answer from coming. */
    public void fail(Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause) throws Exception {
        exchange.getMessage().setBody(null);
        if (cause instanceof IOException && !(cause instanceof WorkloadException)) {
            limiter.failed();
        }
        throw cause;
    }

    /** Gives the place back, whatever has become of the request. */
    public void leave(Exchange exchange) {
        if (exchange.removeProperty(IN_FLIGHT) != null) {
            limiter.release();
        }
    }
}
