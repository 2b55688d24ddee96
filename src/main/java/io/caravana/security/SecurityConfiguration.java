package io.caravana.security;

import static org.springframework.security.config.Customizer.withDefaults;

import io.caravana.audit.Audit;
import io.caravana.security.SignInConfiguration.Bearers;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.annotation.web.configurers.RequestCacheConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolderThreadLocalAccessor;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.ContentSecurityPolicyHeaderWriter;
import org.springframework.security.web.header.writers.DelegatingRequestMatcherHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Who may open what.
 *
 * <ul>
 *   <li>Health and the error page: everybody, as probes have no password; more than a status after a sign-in.
 *   <li>The API, its pages and the metrics: everybody on this machine as long as nobody is configured; otherwise a viewer,
 *       and an operator to change something.
 *   <li>All else, Hawtio and Jolokia first of all: a viewer, always. {@link JolokiaRoles} says what an administrator may.
 * </ul>
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class SecurityConfiguration {

    private static final String[] ALWAYS_OPEN = {"/error", "/actuator/health/liveness", "/actuator/health/readiness"};
    private static final String[] FOR_PROGRAMS = {"/api/**", "/mcp", "/actuator/prometheus"};
    private static final String[] ACTIONS = {
        "/action/**", "/admin/code/**", "/code/**", "/coderun/**", "/codelog/**", "/project/**", "/run/**"
    };
    private static final String[] PAGES_OF_THE_API = {"/swagger-ui", "/swagger-ui/**"};
    private static final String[] DESK = {
        "/",
        "/slas",
        "/charts",
        "/loads",
        "/actions",
        "/jobs",
        "/job/**",
        "/assistant",
        "/events",
        "/ticket/**",
        "/tickets.csv",
        "/htmx/**",
        "/desk/**",
        "/desk-events"
    };

    /** Who may look may ask. */
    private static final String[] ASKING = {"/api/chat", "/api/chat/**", "/mcp", "/htmx/assistant/ask"};

    /** Swagger UI sets styles from its script; nothing else comes from outside its own files. */
    private static final String POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            + " object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /** What the code of a customer answers must not act as a page of ours. */
    private static final String ENDPOINT_POLICY =
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

    /** The desk has no style and no script that is not a file of its own. */
    private static final String DESK_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    Access access(Environment environment) {
        return Access.of(environment);
    }

    @Bean
    StrictHttpFirewall httpFirewall(Access access) {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowedHostnames(access::allowsHost);
        return firewall;
    }

    @Bean
    RequestLimits requestLimits(AccessProperties properties) {
        return new RequestLimits(properties);
    }

    @Bean
    FilterRegistrationBean<AuditFilter> auditFilter(Audit audit) {
        var filter = new FilterRegistrationBean<>(new AuditFilter(audit));
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER - 1);
        filter.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
        return filter;
    }

    /** The threads that answer a request know who sent it. */
    @Bean
    TaskDecorator callerGoesAlong() {
        var caller = new ContextRegistry().registerThreadLocalAccessor(new SecurityContextHolderThreadLocalAccessor());
        return new ContextPropagatingTaskDecorator(
                ContextSnapshotFactory.builder().contextRegistry(caller).build());
    }

    /** For programs: a password or a token with each request. A page may use the session of whom has signed in. */
    @Bean
    @Order(1)
    SecurityFilterChain programs(HttpSecurity http, Access access, Bearers bearers, RequestLimits limits)
            throws Exception {
        guard(http, limits);
        signIn(http, bearers);
        return http.securityMatchers(paths -> paths.requestMatchers(ALWAYS_OPEN)
                        .requestMatchers(FOR_PROGRAMS)
                        .requestMatchers(ACTIONS))
                .authorizeHttpRequests(requests -> {
                    afterTheFirstDispatch(requests);
                    requests.requestMatchers(ALWAYS_OPEN).permitAll();
                    // the members of a project may do in it what their roles there say; an endpoint may be for
                    // everybody
                    requests.requestMatchers(ACTIONS).permitAll();
                    if (access.isOpen()) {
                        requests.anyRequest().permitAll();
                    } else {
                        requests.requestMatchers(HttpMethod.GET).hasRole(Role.VIEWER.name());
                        requests.requestMatchers(ASKING).hasRole(Role.VIEWER.name());
                        requests.requestMatchers(HttpMethod.HEAD).hasRole(Role.VIEWER.name());
                        requests.anyRequest().hasRole(Role.OPERATOR.name());
                    }
                })
                .httpBasic(basic -> basic.authenticationEntryPoint(Refusal::unauthorized))
                .exceptionHandling(refused ->
                        refused.authenticationEntryPoint(Refusal::unauthorized).accessDeniedHandler(Refusal::forbidden))
                .csrf(csrf -> csrf.csrfTokenRepository(CookieCsrfTokenRepository.withHttpOnlyFalse())
                        .csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler())
                        .requireCsrfProtectionMatcher(SecurityConfiguration::usesSession))
                .addFilterAfter(WithoutCredentials::pass, AuthorizationFilter.class)
                .requestCache(RequestCacheConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.NEVER))
                .build();
    }

    /** For people, with a sign-in page; programs may send a password or a token with each request instead. */
    @Bean
    @Order(2)
    SecurityFilterChain people(
            HttpSecurity http,
            Access access,
            Bearers bearers,
            RequestLimits limits,
            OidcRoles roles,
            ObjectProvider<ClientRegistrationRepository> providers)
            throws Exception {
        guard(http, limits);
        signIn(http, bearers);
        http.authorizeHttpRequests(requests -> {
                    afterTheFirstDispatch(requests);
                    // Hawtio's pages ask whether there is a proxy; the proxy itself would fetch any URL of this machine
                    requests.requestMatchers("/actuator/hawtio/proxy/enabled").hasRole(Role.VIEWER.name());
                    requests.requestMatchers("/actuator/hawtio/proxy/**").denyAll();
                    // Jolokia would do all that a GET asks for, down to stopping a route
                    requests.requestMatchers(SecurityConfiguration::isHeadOfJolokia)
                            .denyAll();
                    // here, because it says more to whom has signed in
                    requests.requestMatchers("/actuator/health", "/actuator/health/**")
                            .permitAll();
                    if (access.isOpen()) {
                        requests.requestMatchers(PAGES_OF_THE_API).permitAll();
                        requests.requestMatchers(DESK).permitAll();
                    }
                    requests.requestMatchers(HttpMethod.POST, ASKING).hasRole(Role.VIEWER.name());
                    requests.requestMatchers(HttpMethod.POST, DESK).hasRole(Role.OPERATOR.name());
                    requests.anyRequest().hasRole(Role.VIEWER.name());
                })
                .httpBasic(withDefaults())
                .formLogin(withDefaults())
                .csrf(SecurityConfiguration::forHawtio)
                .addFilterAfter(SecurityConfiguration::withoutCredentials, AuthorizationFilter.class);
        if (providers.getIfAvailable() != null) {
            http.oauth2Login(login -> login.userInfoEndpoint(user -> user.userAuthoritiesMapper(roles))
                    .failureHandler(SecurityConfiguration::providerRefused));
        }
        return http.build();
    }

    private static boolean isHeadOfJolokia(HttpServletRequest request) {
        return request.getMethod().equals(HttpMethod.HEAD.name()) && Caller.isJolokia(request);
    }

    private static void providerRefused(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException reason)
            throws IOException {
        AuditFilter.note("SIGN-IN", Caller.path(request), HttpServletResponse.SC_UNAUTHORIZED);
        response.sendRedirect(request.getContextPath() + "/login?error");
    }

    /** What holds for every request, signed in or not. */
    private static void guard(HttpSecurity http, RequestLimits limits) throws Exception {
        http.headers(SecurityConfiguration::headers)
                .addFilterAfter(AuditFilter::rememberCaller, SecurityContextHolderFilter.class)
                .addFilterAfter(new CrossSiteRequestFilter(), HeaderWriterFilter.class)
                .addFilterBefore(limits::beforeSignIn, CsrfFilter.class)
                .addFilterBefore(limits::afterSignIn, AuthorizationFilter.class);
    }

    /** Hawtio's own filter says what its pages need. */
    private static void headers(HeadersConfigurer<HttpSecurity> headers) {
        headers.addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(
                        request -> !Caller.path(request).startsWith("/actuator/hawtio")
                                && !isDesk(request)
                                && !Caller.isEndpoint(request),
                        new ContentSecurityPolicyHeaderWriter(POLICY)))
                .addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(
                        Caller::isEndpoint, new ContentSecurityPolicyHeaderWriter(ENDPOINT_POLICY)))
                .addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(
                        SecurityConfiguration::isDesk, new ContentSecurityPolicyHeaderWriter(DESK_POLICY)))
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN));
    }

    private static boolean isDesk(HttpServletRequest request) {
        var path = Caller.path(request);
        return Stream.of(DESK)
                .anyMatch(one -> one.endsWith("/**") ? path.startsWith(one.replace("**", "")) : path.equals(one));
    }

    /** The desk's pages are routes. */
    private static void withoutCredentials(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (isDesk((HttpServletRequest) request)) {
            WithoutCredentials.pass(request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static void signIn(HttpSecurity http, Bearers bearers) throws Exception {
        if (bearers.any()) {
            http.authenticationProvider(bearers.tokens());
            if (bearers.provider() != null) {
                http.authenticationProvider(bearers.provider());
            }
            http.oauth2ResourceServer(server -> server.authenticationEntryPoint(Refusal::unauthorized)
                    .accessDeniedHandler(Refusal::forbidden)
                    .authenticationManagerResolver(request -> http.getSharedObject(AuthenticationManager.class)));
        }
    }

    /** Hawtio forwards to Jolokia, answers can be written later, errors are rendered: all of it was let in before. */
    private static void afterTheFirstDispatch(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry requests) {
        requests.dispatcherTypeMatchers(DispatcherType.FORWARD, DispatcherType.ASYNC, DispatcherType.ERROR)
                .permitAll();
    }

    /** A browser adds the cookie of a session by itself, also when the page of somebody else asks it to. */
    private static boolean usesSession(HttpServletRequest request) {
        return CsrfFilter.DEFAULT_CSRF_MATCHER.matches(request)
                && request.isRequestedSessionIdValid()
                && request.getHeader(HttpHeaders.AUTHORIZATION) == null;
    }

    /** Hawtio's pages read the token from a cookie, which therefore has to be there from the first answer on. */
    private static void forHawtio(CsrfConfigurer<HttpSecurity> csrf) {
        var eager = new CsrfTokenRequestAttributeHandler();
        eager.setCsrfRequestAttributeName(null);
        csrf.csrfTokenRepository(CookieCsrfTokenRepository.withHttpOnlyFalse())
                .csrfTokenRequestHandler(eager)
                // a program has no cookie to read; CrossSiteRequestFilter keeps browsers from misusing this
                .ignoringRequestMatchers(SecurityConfiguration::sendsPassword);
    }

    private static boolean sendsPassword(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, "Basic ", 0, 6);
    }
}
