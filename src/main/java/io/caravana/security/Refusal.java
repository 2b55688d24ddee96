package io.caravana.security;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.csrf.CsrfException;

/** Answers a request that is refused with a problem as RFC 9457 has it. */
final class Refusal {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Refusal() {}

    static void write(HttpServletResponse response, HttpStatus status, String detail) throws IOException {
        var problem = new LinkedHashMap<String, Object>();
        problem.put("type", "about:blank");
        problem.put("title", status.getReasonPhrase());
        problem.put("status", status.value());
        problem.put("detail", detail);
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(JSON.writeValueAsBytes(problem));
    }

    /** Nobody has signed in, or the sign-in is wrong. A script in a page gets no challenge: its browser would ask for a password. */
    static void unauthorized(HttpServletRequest request, HttpServletResponse response, AuthenticationException reason)
            throws IOException {
        if (!"XMLHttpRequest".equals(request.getHeader("X-Requested-With"))) {
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Caravana\"");
            response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        var sent = request.getHeader(HttpHeaders.AUTHORIZATION) != null;
        write(
                response,
                HttpStatus.UNAUTHORIZED,
                sent ? "The user name, the password or the token is wrong." : "This needs a sign-in.");
    }

    static void forbidden(HttpServletRequest request, HttpServletResponse response, AccessDeniedException reason)
            throws IOException {
        write(
                response,
                HttpStatus.FORBIDDEN,
                reason instanceof CsrfException
                        ? "The header X-XSRF-TOKEN has to have the value of the cookie XSRF-TOKEN."
                        : "This needs a role that you do not have.");
    }
}
