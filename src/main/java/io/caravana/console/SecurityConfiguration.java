package io.caravana.console;

import static org.springframework.security.config.Customizer.withDefaults;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.config.annotation.web.configurers.RequestCacheConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;

/**
 * Who may open what.
 *
 * <ul>
 *   <li>Health and the error page: everybody, as probes have no password; more than a status after a sign-in.
 *   <li>The API, its pages and the metrics: everybody on this machine; a sign-in once the server listens on more than
 *       loopback.
 *   <li>All else, Hawtio and Jolokia first of all: a sign-in, always.
 * </ul>
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
@EnableConfigurationProperties(ConsoleProperties.class)
class SecurityConfiguration {

    private static final String[] ALWAYS_OPEN = {"/error", "/actuator/health/liveness", "/actuator/health/readiness"};
    private static final String[] OPEN_ON_LOOPBACK = {
        "/", "/api/**", "/swagger-ui", "/swagger-ui/**", "/actuator/prometheus"
    };

    @Bean
    Reach reach(ServerProperties server, ConsoleProperties console) {
        return Reach.of(server, console);
    }

    @Bean
    StrictHttpFirewall httpFirewall(Reach reach) {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowedHostnames(reach::allowsHost);
        return firewall;
    }

    /** For programs: no cookie, no session, so nothing a foreign page could make use of. */
    @Bean
    @Order(1)
    SecurityFilterChain programs(HttpSecurity http, Reach reach) throws Exception {
        return http.securityMatchers(paths -> paths.requestMatchers(ALWAYS_OPEN).requestMatchers(OPEN_ON_LOOPBACK))
                .authorizeHttpRequests(requests -> {
                    afterTheFirstDispatch(requests);
                    requests.requestMatchers(ALWAYS_OPEN).permitAll();
                    if (reach.loopbackOnly()) {
                        requests.anyRequest().permitAll();
                    } else {
                        requests.anyRequest().authenticated();
                    }
                })
                .httpBasic(withDefaults())
                .csrf(CsrfConfigurer::disable)
                .requestCache(RequestCacheConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(SwaggerUi.POLICY)))
                .addFilterAfter(new CrossSiteRequestFilter(), HeaderWriterFilter.class)
                .build();
    }

    /** For people, with a sign-in page; programs may send a password with each request instead. */
    @Bean
    @Order(2)
    SecurityFilterChain people(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> {
                    afterTheFirstDispatch(requests);
                    // Hawtio's pages ask whether there is a proxy; the proxy itself would fetch any URL of this machine
                    requests.requestMatchers("/actuator/hawtio/proxy/enabled").authenticated();
                    requests.requestMatchers("/actuator/hawtio/proxy/**").denyAll();
                    // here, because it says more to whom has signed in
                    requests.requestMatchers("/actuator/health", "/actuator/health/**")
                            .permitAll();
                    requests.anyRequest().authenticated();
                })
                .formLogin(withDefaults())
                .httpBasic(withDefaults())
                .csrf(SecurityConfiguration::forHawtio)
                .addFilterAfter(new CrossSiteRequestFilter(), HeaderWriterFilter.class)
                .build();
    }

    /** Hawtio forwards to Jolokia, answers can be written later, errors are rendered: all of it was let in before. */
    private static void afterTheFirstDispatch(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry requests) {
        requests.dispatcherTypeMatchers(DispatcherType.FORWARD, DispatcherType.ASYNC, DispatcherType.ERROR)
                .permitAll();
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
