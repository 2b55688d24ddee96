package io.caravana.api;

import static java.util.stream.Collectors.groupingBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.error.Failures;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import jakarta.annotation.PreDestroy;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * An execution's progress as server-sent events: {@code progress} with the execution as {@code GET /api/executions/{id}}
 * answers it, whenever it has come further, and {@code end} with the last one.
 */
@RestController
final class ExecutionEvents {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionEvents.class);
    private static final long LOOK_EVERY_MILLIS = 500;
    private static final long LONGEST_MILLIS = 24 * 60 * 60 * 1_000L;
    private static final int MOST_LISTENERS = 50;

    private final Executions executions;
    private final ObjectMapper json;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** A listener that does not read holds up one of these, and no other listener. */
    private final ExecutorService senders = Executors.newCachedThreadPool(task -> new Thread(task, "events"));

    ExecutionEvents(Executions executions, ObjectMapper json) {
        this.json = json;
        this.executions = executions;
    }

    /** Somebody who follows an execution, and what they have been told. */
    private static final class Listener {
        private final String id;
        private final SseEmitter stream = new SseEmitter(LONGEST_MILLIS);
        private final AtomicBoolean isBeingTold = new AtomicBoolean();
        private Object told;

        Listener(String id) {
            this.id = id;
        }
    }

    @GetMapping(path = "/api/executions/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> follow(@PathVariable String id, HttpServletRequest request) {
        try {
            Query.of(request.getQueryString());
        } catch (BadRequestException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, e.getMessage());
        }
        if (listeners.size() >= MOST_LISTENERS) {
            throw new ResponseStatusException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "%d follow executions already; ask for /api/executions/%s instead".formatted(MOST_LISTENERS, id));
        }
        var execution = executions
                .find(id)
                .orElseThrow(() ->
                        new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no execution '%s'".formatted(id)));
        if (request.getMethod().equals("HEAD")) {
            return ResponseEntity.ok().contentType(MediaType.TEXT_EVENT_STREAM).build();
        }
        var listener = new Listener(id);
        listener.stream.onCompletion(() -> listeners.remove(listener));
        listener.stream.onError(broken -> listeners.remove(listener));
        listeners.add(listener);
        tell(listener, execution);
        return ResponseEntity.ok(listener.stream);
    }

    @Scheduled(fixedDelay = LOOK_EVERY_MILLIS)
    void look() {
        try {
            var followed = listeners.stream().collect(groupingBy(listener -> listener.id));
            followed.forEach((id, followers) -> executions
                    .find(id)
                    .ifPresent(execution -> followers.forEach(listener -> tellSoon(listener, execution))));
        } catch (DataAccessException e) {
            LOG.debug("Those who follow executions are told when the database answers again: {}", Failures.explain(e));
        }
    }

    /** One that is still being told of what was before is told of the newest the next time. */
    private void tellSoon(Listener listener, ExecutionView execution) {
        if (listener.isBeingTold.compareAndSet(false, true)) {
            senders.execute(() -> {
                try {
                    tell(listener, execution);
                } finally {
                    listener.isBeingTold.set(false);
                }
            });
        }
    }

    @PreDestroy
    void close() {
        senders.shutdownNow();
    }

    /** Only what has changed is sent: the time that runs is no news. */
    private void tell(Listener listener, ExecutionView execution) {
        var news = List.of(
                execution.status(),
                execution.tables().stream()
                        .map(table -> table.status() + table.pages() + table.recordsExtracted() + table.waitingUntil())
                        .toList());
        synchronized (listener) {
            if (news.equals(listener.told)) {
                return;
            }
            listener.told = news;
            try {
                // written here: Spring would take a mapper of its own
                var content = json.writeValueAsString(execution);
                listener.stream.send(SseEmitter.event().name("progress").data(content, MediaType.APPLICATION_JSON));
                if (execution.hasEnded()) {
                    listener.stream.send(SseEmitter.event().name("end").data(content, MediaType.APPLICATION_JSON));
                    listener.stream.complete();
                }
            } catch (IOException | IllegalStateException gone) {
                LOG.debug("Nobody follows {} any more: {}", listener.id, Failures.explain(gone));
                listeners.remove(listener);
            }
        }
    }
}
