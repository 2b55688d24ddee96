package io.caravana.security;

import java.util.List;
import org.springframework.security.core.GrantedAuthority;

/**
 * The companies and groups whose tickets somebody may see. It goes with the roles, as every kind of sign-in carries those.
 *
 * @param companies names or keys; null: all
 * @param groups names or keys; null: all
 */
record Limit(List<String> companies, List<String> groups) implements GrantedAuthority {
    private static final long serialVersionUID = 1L;

    @Override
    public String getAuthority() {
        return "LIMITED";
    }
}
