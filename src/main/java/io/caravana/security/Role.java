package io.caravana.security;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;

/** What somebody may do. Each role may do what the ones before it may. */
enum Role {
    /** Reads everything. */
    VIEWER,
    /** Starts, cancels and repeats loads. */
    OPERATOR,
    /** Starts and stops routes in Hawtio. */
    ADMIN;

    /** This role and those it includes, as Spring Security has them. */
    List<GrantedAuthority> authorities() {
        return AuthorityUtils.createAuthorityList(Arrays.stream(values())
                .filter(role -> role.compareTo(this) <= 0)
                .map(role -> "ROLE_" + role)
                .toList());
    }

    /** Its name as people write it. */
    String inWords() {
        return name().toLowerCase(Locale.ROOT);
    }
}
