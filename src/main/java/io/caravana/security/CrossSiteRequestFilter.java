package io.caravana.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what a page of another site makes a browser send: nobody is asked before such a request leaves, and an open
 * API or a remembered password would let it start jobs. Programs send none of the headers looked at here.
 */
final class CrossSiteRequestFilter extends OncePerRequestFilter {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!canChangeSomething(request)) {
            chain.doFilter(request, response);
        } else if (isFromAnotherSite(request)) {
            Refusal.write(response, HttpStatus.FORBIDDEN, "A page of another site may not send this request.");
        } else if (Caller.isApi(request) && !isJsonOrEmpty(request)) {
            Refusal.write(response, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body has to be application/json.");
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Jolokia can call an operation on a GET. */
    private static boolean canChangeSomething(HttpServletRequest request) {
        return !SAFE_METHODS.contains(request.getMethod()) || Caller.isJolokia(request);
    }

    private static boolean isFromAnotherSite(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !OWN_SITES.contains(site);
        }
        String origin = request.getHeader("Origin");
        return origin != null && !isOwn(origin, request.getHeader("Host"));
    }

    private static boolean isOwn(String origin, String host) {
        try {
            return host != null && host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** Without a body the type says nothing: {@code curl -d ''}, which Swagger UI suggests, names a form. */
    private static boolean isJsonOrEmpty(HttpServletRequest request) {
        String type = request.getContentType();
        try {
            return type == null
                    || request.getContentLengthLong() == 0
                    || MediaType.APPLICATION_JSON.equalsTypeAndSubtype(MediaType.parseMediaType(type));
        } catch (InvalidMediaTypeException malformed) {
            return false;
        }
    }
}
