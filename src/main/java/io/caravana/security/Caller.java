package io.caravana.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Who sends a request.
 *
 * @param name null: nobody who has signed in
 * @param signedInBy {@code password}, {@code token}, {@code oidc} or {@code none}
 */
record Caller(String name, String signedInBy) {

    static Caller of(Authentication authentication) {
        if (authentication == null
                || !authentication.isAuthenticated()
                || authentication instanceof AnonymousAuthenticationToken) {
            return new Caller(null, "none");
        }
        return new Caller(authentication.getName(), way(authentication));
    }

    private static String way(Authentication authentication) {
        if (authentication instanceof ApiTokens.Known) {
            return "token";
        }
        return authentication instanceof JwtAuthenticationToken || authentication instanceof OAuth2AuthenticationToken
                ? "oidc"
                : "password";
    }

    /** The request that this thread is serving. */
    static Optional<HttpServletRequest> current() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? Optional.of(attributes.getRequest())
                : Optional.empty();
    }

    static boolean isApi(HttpServletRequest request) {
        return path(request).startsWith("/api/");
    }

    /** Whether it is for actions: their bodies are sources, and whatever a code takes. */
    static boolean isAction(HttpServletRequest request) {
        return path(request).matches("/(action|admin/code|code|coderun|codelog|project|run)(/.*)?");
    }

    /** Whether it calls the code of a customer, whose answer is not ours. */
    static boolean isEndpoint(HttpServletRequest request) {
        return path(request).startsWith("/action/endpoint/");
    }

    static boolean isJolokia(HttpServletRequest request) {
        return path(request).matches("/actuator/(hawtio/)?jolokia(/.*)?");
    }

    /** The path without its query, decoded as the routes see it: an encoded letter must not get around a rule. */
    static String path(HttpServletRequest request) {
        return request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
    }
}
