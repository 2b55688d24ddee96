package io.caravana.security;

import java.util.List;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Knows the configured tokens. One that it does not know is left to the OpenID Connect provider, where there is one. */
final class ApiTokens implements AuthenticationProvider {

    private final List<AccessProperties.Token> tokens;
    private final boolean others;

    /** @param others whether somebody else may know a token */
    ApiTokens(List<AccessProperties.Token> tokens, boolean others) {
        this.tokens = tokens;
        this.others = others;
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        var sent = ((BearerTokenAuthenticationToken) authentication).getToken();
        AccessProperties.Token found = null;
        for (var token : tokens) {
            // looks at all of them: how long it takes tells nothing
            found = Secrets.isOf(token.token(), sent) ? token : found;
        }
        if (found == null) {
            if (others) {
                return null;
            }
            throw new InvalidBearerTokenException("The token is not known");
        }
        var known = new Known(found.name(), found.authorities());
        known.setDetails(authentication.getDetails());
        return known;
    }

    @Override
    public boolean supports(Class<?> type) {
        return BearerTokenAuthenticationToken.class.isAssignableFrom(type);
    }

    /** Somebody whose token is known. */
    static final class Known extends UsernamePasswordAuthenticationToken {
        private static final long serialVersionUID = 1L;

        private Known(String name, List<GrantedAuthority> authorities) {
            super(name, null, authorities);
        }
    }
}
