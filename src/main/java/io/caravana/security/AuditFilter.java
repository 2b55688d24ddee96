package io.caravana.security;

import io.caravana.audit.Audit;
import io.caravana.audit.AuditLine;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Around everything else: writes a line for each call that would change something, once it is known how it ended. */
final class AuditFilter extends OncePerRequestFilter {

    private static final String CALLER = AuditFilter.class.getName() + ".caller";
    private static final String OPERATIONS = AuditFilter.class.getName() + ".operations";
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
    private static final int REFUSED = 400;

    private final Audit audit;

    AuditFilter(Audit audit) {
        this.audit = audit;
    }

    /** What was noted. */
    private record Operation(String method, String path, int status) {}

    /** Notes what the status of the whole answer does not tell: Jolokia answers with 200 in any case. */
    static void note(String method, String what, int status) {
        Caller.current().ifPresent(request -> {
            var noted = new ArrayList<>(operations(request));
            noted.add(new Operation(method, what, status));
            request.setAttribute(OPERATIONS, noted);
        });
    }

    @SuppressWarnings("unchecked")
    private static List<Operation> operations(HttpServletRequest request) {
        var noted = (List<Operation>) request.getAttribute(OPERATIONS);
        return noted == null ? List.of() : noted;
    }

    /** Inside the sign-in: remembers who it is, which is forgotten when the request leaves it. */
    static void rememberCaller(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } finally {
            var caller = Caller.of(SecurityContextHolder.getContext().getAuthentication());
            if (caller.name() != null) {
                request.setAttribute(CALLER, caller);
            }
        }
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
        try {
            chain.doFilter(request, response);
            status = response.getStatus();
        } finally {
            if (request.isAsyncStarted()) {
                // the answer of a route is written later, by another thread
                request.getAsyncContext().addListener(new AtTheEnd(() -> write(request, response.getStatus())));
            } else {
                write(request, status);
            }
        }
    }

    /** Runs something when an answer that is written later is complete, whether it is a good one or not. */
    private record AtTheEnd(Runnable task) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            task.run();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // is complete afterwards
        }

        @Override
        public void onError(AsyncEvent event) {
            // is complete afterwards
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }

    private void write(HttpServletRequest request, int status) {
        if (isWorthALine(request, status)) {
            audit.write(line(request, request.getMethod(), Caller.path(request), status));
        }
        for (var operation : operations(request)) {
            audit.write(line(request, operation.method(), operation.path(), operation.status()));
        }
    }

    /** Sign-ins, Jolokia's operations and runs of actions have lines of their own; a call of theirs that does not get so far has none. */
    private static boolean isWorthALine(HttpServletRequest request, int status) {
        var hasOwn = Caller.isJolokia(request)
                || Caller.isEndpoint(request)
                || Caller.path(request).equals("/login");
        return !SAFE_METHODS.contains(request.getMethod()) && (!hasOwn || status >= REFUSED);
    }

    private static AuditLine line(HttpServletRequest request, String method, String path, int status) {
        var caller = request.getAttribute(CALLER) instanceof Caller known ? known : Caller.of(null);
        return new AuditLine(caller.name(), caller.signedInBy(), request.getRemoteAddr(), method, path, status);
    }
}
