package io.caravana.desk;

import io.caravana.change.ChangeEvent.Id;
import io.caravana.replica.RowScope;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The stream to one browser. It is written when the browser can take more, by no thread that waits: what happens meanwhile becomes one
 * message.
 */
final class DeskStream implements WriteListener {

    /** More changes than this tell a browser to ask for its list anew. */
    private static final int MOST_KEYS = 200;

    private final RowScope scope;
    private final AsyncContext context;
    private final ServletOutputStream out;
    private final Function<Pending, String> writer;
    private final Consumer<DeskStream> gone;
    private Pending pending;
    private boolean isOpen;
    private boolean isFlushed = true;
    private boolean isClosed;

    /**
     * What a browser has not been told.
     *
     * @param tickets those that changed
     * @param isMuch whether more changed than are named
     * @param place up to which place in the change log that is
     */
    record Pending(Set<DeskEvents.Changed> tickets, boolean isMuch, Id place) {

        Pending and(Pending later) {
            var both = new LinkedHashSet<>(tickets);
            both.removeAll(later.tickets);
            both.addAll(later.tickets);
            return both.size() > MOST_KEYS
                    ? new Pending(Set.of(), true, later.place)
                    : new Pending(both, isMuch || later.isMuch, later.place);
        }
    }

    /** @param writer makes the message, when it can be sent */
    DeskStream(RowScope scope, AsyncContext context, Function<Pending, String> writer, Consumer<DeskStream> gone)
            throws IOException {
        this.scope = scope;
        this.context = context;
        this.writer = writer;
        this.gone = gone;
        this.out = context.getResponse().getOutputStream();
    }

    RowScope scope() {
        return scope;
    }

    /** Starts to write: first this, then what it has been told already. */
    synchronized void open(Pending first) {
        pending = pending == null ? first : first.and(pending);
        isOpen = true;
        out.setWriteListener(this);
    }

    synchronized void tell(Pending news) {
        pending = pending == null ? news : pending.and(news);
        write();
    }

    @Override
    public synchronized void onWritePossible() {
        write();
    }

    private void write() {
        try {
            while (isOpen && !isClosed && out.isReady() && (pending != null || !isFlushed)) {
                if (!isFlushed) {
                    isFlushed = true;
                    out.flush();
                } else {
                    var message = writer.apply(pending).getBytes(StandardCharsets.UTF_8);
                    pending = null;
                    isFlushed = false;
                    out.write(message);
                }
            }
        } catch (IOException | IllegalStateException broken) {
            close();
        }
    }

    @Override
    public void onError(Throwable broken) {
        close();
    }

    void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        gone.accept(this);
        try {
            context.complete();
        } catch (IllegalStateException ended) {
            // the browser has closed it
        }
    }
}
