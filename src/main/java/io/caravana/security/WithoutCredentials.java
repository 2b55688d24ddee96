package io.caravana.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/** A request whose sign-in is done: the routes do not get to see it, as a console shows their messages. */
final class WithoutCredentials extends HttpServletRequestWrapper {

    private static final List<String> HIDDEN = List.of(HttpHeaders.AUTHORIZATION, HttpHeaders.COOKIE, "X-XSRF-TOKEN");

    private WithoutCredentials(HttpServletRequest request) {
        super(request);
    }

    static void pass(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(new WithoutCredentials((HttpServletRequest) request), response);
    }

    /** A form that an action is sent is a body as any other: whoever takes it apart would leave nothing of it. */
    @Override
    public String getContentType() {
        var type = super.getContentType();
        return type != null
                        && type.startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE)
                        && Caller.isAction((HttpServletRequest) getRequest())
                ? MediaType.APPLICATION_OCTET_STREAM_VALUE
                : type;
    }

    private static boolean isHidden(String name) {
        return HIDDEN.stream().anyMatch(name::equalsIgnoreCase);
    }

    @Override
    public String getHeader(String name) {
        return isHidden(name) ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return isHidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.enumeration(Collections.list(super.getHeaderNames()).stream()
                .filter(name -> !isHidden(name))
                .toList());
    }
}
