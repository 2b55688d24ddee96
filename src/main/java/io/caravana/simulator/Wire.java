package io.caravana.simulator;

import com.sun.net.httpserver.HttpExchange;
import io.caravana.simulator.Fault.Kind;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Sends answers, and cuts or slows them where a fault says so. */
final class Wire {
    private static final int BUFFER = 16 * 1024;

    private Wire() {}

    /** Closes the connection when the server sees it leave the handler. */
    static final class Cut extends IOException {
        Cut(String message) {
            super(message);
        }
    }

    /** @param done runs just before the client can know that the answer is complete */
    static void send(HttpExchange exchange, Call call, Answer answer, List<Fault> faults, Runnable done)
            throws IOException {
        var headers = exchange.getResponseHeaders();
        answer.headers().forEach(headers::set);
        addSession(exchange, answer.status() != 401);
        if (answer.body() == null) {
            done.run();
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        if (call.acceptsGzip()) {
            headers.set("Content-Encoding", "gzip");
        }
        headers.set("Vary", "Accept-Encoding");
        exchange.sendResponseHeaders(answer.status(), 0);
        var out = spoilt(exchange.getResponseBody(), faults);
        if (call.acceptsGzip()) {
            var gzip = new FastGzip(out);
            answer.body().writeTo(gzip);
            gzip.finish();
        } else {
            answer.body().writeTo(out);
        }
        done.run();
        out.close();
    }

    static void pause(int millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Stopped in a pause");
        }
    }

    private static void addSession(HttpExchange exchange, boolean isLoggedIn) {
        var random = ThreadLocalRandom.current();
        var headers = exchange.getResponseHeaders();
        headers.set("X-Is-Logged-In", Boolean.toString(isLoggedIn));
        headers.set("X-Transaction-ID", "%012x".formatted(random.nextLong() & 0xffff_ffff_ffffL));
        headers.set("Cache-Control", "no-cache,no-store,must-revalidate,max-age=-1");
        headers.set("Server", "ServiceNow");
        headers.add("Set-Cookie", "JSESSIONID=%016X; Path=/; HttpOnly".formatted(random.nextLong()));
        headers.add("Set-Cookie", "glide_session_store=%016X; Path=/; HttpOnly".formatted(random.nextLong()));
        headers.add("Set-Cookie", "glide_user_route=glide.%016x; Path=/; HttpOnly".formatted(random.nextLong()));
        headers.add("Set-Cookie", "BIGipServerpool_simulator=%d.36416.0000; path=/".formatted(random.nextInt(1 << 30)));
    }

    private static OutputStream spoilt(OutputStream out, List<Fault> faults) {
        var spoilt = out;
        for (var fault : faults) {
            if (fault.kind() == Kind.CUT_BODY) {
                spoilt = new CutOutput(spoilt, fault.number("bytes", 1_000));
            } else if (fault.kind() == Kind.RESET_AFTER_STATUS) {
                spoilt = new CutOutput(spoilt, 0);
            } else if (fault.kind() == Kind.SLOW_BODY) {
                spoilt = new SlowOutput(spoilt, fault.number("bytes", 1_024), fault.number("millis", 100));
            }
        }
        return spoilt;
    }

    /** Most of a page's time would go into the last few percent of compression. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    private static final class CutOutput extends FilterOutputStream {
        private int left;

        CutOutput(OutputStream out, int left) {
            super(out);
            this.left = left;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, Math.min(length, left));
            left -= length;
            if (left <= 0) {
                cut();
            }
        }

        @Override
        public void close() throws IOException {
            cut();
        }

        private void cut() throws IOException {
            out.flush();
            throw new Cut("The body ends here");
        }
    }

    private static final class SlowOutput extends FilterOutputStream {
        private final int piece;
        private final int millis;

        SlowOutput(OutputStream out, int piece, int millis) {
            super(out);
            this.piece = piece;
            this.millis = millis;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (var done = 0; done < length; done += piece) {
                pause(millis);
                out.write(bytes, offset + done, Math.min(piece, length - done));
                out.flush();
            }
        }
    }
}
