package io.caravana.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.assistant.Chat.Asker;
import io.caravana.error.Failures;
import io.caravana.security.CurrentCaller;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Questions over HTTP, with answers as server-sent events: {@code conversation}, {@code call} for each tool, {@code claim} for each
 * sentence, and {@code answer} with all of it, last.
 */
@RestController
@ConditionalOnWebApplication
class ChatApi {

    private static final Logger LOG = LoggerFactory.getLogger(ChatApi.class);
    private static final int LONGEST_BODY = 16_000;

    private final Chat chat;
    private final CurrentCaller caller;
    private final ObjectMapper json;

    ChatApi(Chat chat, CurrentCaller caller, ObjectMapper json) {
        this.chat = chat;
        this.caller = caller;
        this.json = json;
    }

    /** The body of a question. */
    record Asked(String agentId, String message, UUID conversationId) {}

    @PostMapping(path = "/api/chat", consumes = MediaType.APPLICATION_JSON_VALUE)
    void ask(
            @RequestBody byte[] body,
            @RequestHeader(name = HttpHeaders.ACCEPT_LANGUAGE, required = false) String language,
            HttpServletResponse response)
            throws IOException {
        var asked = read(body);
        if (!chat.isEnabled()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "the assistant is off: caravana.assistant.enabled");
        }
        var stream = new Stream(response);
        try {
            var turn = chat.ask(
                    asked.agentId(),
                    asked.conversationId(),
                    asked.message(),
                    asker(language),
                    (tool, values) -> stream.send("call", Map.of("tool", tool.word(), "arguments", values)));
            stream.send("conversation", Map.of("conversation_id", turn.conversation()));
            turn.answer().claims().forEach(claim -> stream.send("claim", claim));
            stream.send("answer", turn.answer());
        } catch (IllegalArgumentException e) {
            if (stream.hasBegun()) {
                stream.send("error", Map.of("detail", e.getMessage()));
            } else {
                throw new ResponseStatusException(HttpStatus.BAD_REQUEST, e.getMessage());
            }
        } catch (UncheckedIOException e) {
            LOG.debug("Whoever asked has gone: {}", Failures.explain(e));
        }
    }

    private Asked read(byte[] body) {
        try {
            if (body.length > LONGEST_BODY) {
                throw new ResponseStatusException(HttpStatus.PAYLOAD_TOO_LARGE, "the body is larger than 16 kB");
            }
            return json.readValue(body, Asked.class);
        } catch (IOException e) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, "the body is no JSON with agent_id, message and conversation_id", e);
        }
    }

    private Asker asker(String language) {
        var name = caller.name() == null ? "" : caller.name();
        return new Asker(name, caller.scope(), caller.mayOperate(), language);
    }

    /** Writes events as they come. Nothing is sent before the first, so that a mistake can still have a status. */
    private final class Stream {
        private final HttpServletResponse response;
        private boolean hasBegun;
        private int id;

        Stream(HttpServletResponse response) {
            this.response = response;
        }

        boolean hasBegun() {
            return hasBegun;
        }

        void send(String event, Object data) {
            try {
                if (!hasBegun) {
                    hasBegun = true;
                    response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
                    response.setCharacterEncoding("UTF-8");
                    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
                    response.setHeader("X-Accel-Buffering", "no");
                }
                response.getOutputStream()
                        .write("id: %d%nevent: %s%ndata: %s%n%n"
                                .formatted(++id, event, json.writeValueAsString(data))
                                .replace(System.lineSeparator(), "\n")
                                .getBytes(StandardCharsets.UTF_8));
                response.flushBuffer();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
