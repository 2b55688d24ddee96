package io.caravana.security;

import io.caravana.execution.run.LogFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.NoOpPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/** Who can sign in, and with what. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class SignInConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(SignInConfiguration.class);

    /** Everybody with a password. Where nobody is configured, one with a password that is made up and printed. */
    @Bean
    UserDetailsService users(AccessProperties properties, SecurityProperties boot, Access access) {
        var users = new ArrayList<UserDetails>();
        for (var user : properties.users()) {
            users.add(user(user.name(), user.password(), user.authorities()));
        }
        var one = boot.getUser();
        if (!access.configured() && LogFields.areForPrograms()) {
            LOG.warn("Nobody is configured to sign in, and no password is shown in a log that programs keep;"
                    + " docs/operations.md, \"Security\", says how");
        } else if (!access.configured()) {
            LOG.warn(
                    "\n\nUsing generated security password: {}\n\nNobody is configured to sign in; docs/operations.md,"
                            + " \"Security\", says how.\n",
                    one.getPassword());
        }
        if (!access.configured() || !one.isPasswordGenerated()) {
            users.add(user(one.getName(), plainOrHash(one.getPassword()), Role.ADMIN.authorities()));
        }
        return new InMemoryUserDetailsManager(users);
    }

    private static UserDetails user(String name, String password, List<GrantedAuthority> authorities) {
        return User.withUsername(name)
                .password(password)
                .authorities(authorities)
                .build();
    }

    /** The one password of the environment may be plain, as that of ServiceNow and the database are. */
    private static String plainOrHash(String password) {
        return password.startsWith("{bcrypt}") ? password : "{noop}" + password;
    }

    @Bean
    @SuppressWarnings("deprecation") // for the password that Caravana has made up or found in its environment
    PasswordEncoder passwords() {
        return new DelegatingPasswordEncoder(
                "bcrypt", Map.of("bcrypt", new BCryptPasswordEncoder(), "noop", NoOpPasswordEncoder.getInstance()));
    }

    @Bean
    OidcRoles oidcRoles(AccessProperties properties) {
        return new OidcRoles(properties.oidc());
    }

    @Bean
    Bearers bearers(
            AccessProperties properties, ObjectProvider<JwtDecoder> decoder, OidcRoles roles, Environment environment) {
        var jwt = decoder.getIfAvailable();
        return new Bearers(
                new ApiTokens(properties.tokens(), jwt != null),
                jwt == null ? null : provider(jwt, roles, environment),
                !properties.tokens().isEmpty() || jwt != null);
    }

    private static JwtAuthenticationProvider provider(JwtDecoder decoder, OidcRoles roles, Environment environment) {
        var converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(token -> roles.in(token.getClaims()));
        var name = environment.getProperty("spring.security.oauth2.resourceserver.jwt.principal-claim-name");
        if (name != null) {
            converter.setPrincipalClaimName(name);
        }
        var provider = new JwtAuthenticationProvider(decoder);
        provider.setJwtAuthenticationConverter(converter);
        return provider;
    }

    /**
     * Who knows the senders of tokens.
     *
     * @param provider null without an OpenID Connect provider
     * @param any whether there are any
     */
    record Bearers(ApiTokens tokens, JwtAuthenticationProvider provider, boolean any) {}
}
