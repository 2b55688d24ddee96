package io.caravana.security;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.mapping.GrantedAuthoritiesMapper;
import org.springframework.security.oauth2.core.user.OAuth2UserAuthority;

/** Finds the roles, and the companies and groups, in what an OpenID Connect provider says of somebody. */
final class OidcRoles implements GrantedAuthoritiesMapper {

    private final AccessProperties.Oidc oidc;

    OidcRoles(AccessProperties.Oidc oidc) {
        this.oidc = oidc;
    }

    /** The roles of somebody who has signed in with the provider. */
    @Override
    public Collection<? extends GrantedAuthority> mapAuthorities(Collection<? extends GrantedAuthority> given) {
        return given.stream()
                .filter(OAuth2UserAuthority.class::isInstance)
                .flatMap(authority -> in(((OAuth2UserAuthority) authority).getAttributes()).stream())
                .collect(Collectors.toSet());
    }

    /** The roles in the claims of a token. */
    Set<GrantedAuthority> in(Map<String, Object> claims) {
        var names = names(value(claims, oidc.rolesClaim()));
        Set<GrantedAuthority> found = Stream.of(Role.values())
                .filter(role -> names.contains(oidc.rolePrefix() + role.inWords()))
                .flatMap(role -> role.authorities().stream())
                .collect(Collectors.toSet());
        if (!oidc.companiesClaim().isBlank() || !oidc.groupsClaim().isBlank()) {
            found.add(new Limit(limit(claims, oidc.companiesClaim()), limit(claims, oidc.groupsClaim())));
        }
        return found;
    }

    private static List<String> limit(Map<String, Object> claims, String claim) {
        if (claim.isBlank()) {
            return null;
        }
        // a name may have a space in it
        var value = value(claims, claim);
        return value instanceof String one ? List.of(one) : List.copyOf(names(value));
    }

    private static Object value(Map<String, Object> claims, String claim) {
        // a provider's claim may have dots in its name, such as that of a URL
        if (claims.containsKey(claim)) {
            return claims.get(claim);
        }
        Object value = claims;
        for (var part : claim.split("\\.")) {
            value = value instanceof Map<?, ?> object ? object.get(part) : null;
        }
        return value;
    }

    private static Collection<String> names(Object value) {
        if (value instanceof Collection<?> several) {
            return several.stream()
                    .filter(Objects::nonNull)
                    .map(Object::toString)
                    .toList();
        }
        return value instanceof String text ? List.of(text.split("[ ,]+")) : List.of();
    }
}
