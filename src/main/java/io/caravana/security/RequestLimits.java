package io.caravana.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationFailureProviderNotFoundEvent;
import org.springframework.security.core.context.SecurityContextHolder;

/** How much is taken from one caller: the size of a request, requests to the API, and wrong passwords. */
final class RequestLimits {

    /** The API itself takes less, 64 kB. Hawtio asks at once whether it may do what any step of any route offers: more than 1 MB. */
    private static final long LARGEST_BODY = 4 * 1024 * 1024;

    private final RateLimit requests;
    private final RateLimit refusedSignIns;

    RequestLimits(AccessProperties properties) {
        requests = new RateLimit(properties.requestsPerMinute());
        refusedSignIns = new RateLimit(properties.refusedSignInsPerMinute());
    }

    @EventListener
    void count(AbstractAuthenticationFailureEvent event) {
        if (event instanceof AuthenticationFailureProviderNotFoundEvent) {
            // whoever does not know tokens says this beside the one who does
            return;
        }
        Caller.current().ifPresent(caller -> refusedSignIns.take(caller.getRemoteAddr()));
    }

    /** Before the sign-in: nothing large, and no more guesses than may be wrong. */
    void beforeSignIn(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws IOException, ServletException {
        var request = (HttpServletRequest) any;
        var response = (HttpServletResponse) answer;
        if (request.getContentLengthLong() > LARGEST_BODY) {
            Refusal.write(response, HttpStatus.PAYLOAD_TOO_LARGE, "The body is larger than 4 MB.");
        } else if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
                && !Caller.isApi(request)
                && !Caller.isAction(request)) {
            Refusal.write(response, HttpStatus.LENGTH_REQUIRED, "The length of the body has to be said.");
        } else if (isPacked(request)) {
            Refusal.write(
                    response, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body has to be sent without a Content-Encoding.");
        } else if (isSignIn(request) && refusedSignIns.isUsedUp(request.getRemoteAddr())) {
            refusedSignIns.refuse(request.getRemoteAddr(), response, "Too many wrong sign-ins from this address.");
        } else {
            chain.doFilter(request, response);
        }
    }

    private static boolean isPacked(HttpServletRequest request) {
        var encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        return encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity");
    }

    private static boolean isSignIn(HttpServletRequest request) {
        return request.getHeader(HttpHeaders.AUTHORIZATION) != null
                || Caller.path(request).equals("/login") && request.getMethod().equals("POST");
    }

    /** After the sign-in: those who share an address do not share a limit. */
    void afterSignIn(ServletRequest any, ServletResponse answer, FilterChain chain)
            throws IOException, ServletException {
        var request = (HttpServletRequest) any;
        var caller = Caller.of(SecurityContextHolder.getContext().getAuthentication());
        var who = caller.name() == null
                ? "address " + request.getRemoteAddr()
                : caller.signedInBy() + " " + caller.name();
        // an answer that is written later comes by here again
        var first = request.getDispatcherType() == DispatcherType.REQUEST;
        if (!first || !Caller.isApi(request) || requests.take(who)) {
            chain.doFilter(request, answer);
        } else {
            requests.refuse(who, (HttpServletResponse) answer, "Too many requests.");
        }
    }
}
