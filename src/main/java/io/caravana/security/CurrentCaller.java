package io.caravana.security;

import io.caravana.replica.RowScope;
import io.caravana.replica.RowScopes;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** Whoever sent the request that this thread works on, and the threads that the request is handed to. */
@Component
@ConditionalOnWebApplication
public class CurrentCaller {

    private final RowScopes scopes;
    private final Access access;

    CurrentCaller(RowScopes scopes, Access access) {
        this.scopes = scopes;
        this.access = access;
    }

    /** The tickets that the caller may see. */
    public RowScope scope() {
        var caller = authentication();
        if (caller == null) {
            // let in without a sign-in, or a thread of no request: it sees no more than an open server shows
            return access.isOpen() ? RowScope.EVERYTHING : scopes.of(List.of(), List.of());
        }
        return caller.getAuthorities().stream()
                .filter(Limit.class::isInstance)
                .map(Limit.class::cast)
                .map(limit -> scopes.of(limit.companies(), limit.groups()))
                .reduce(RowScope.EVERYTHING, RowScope::within);
    }

    /** Whether the caller may start, cancel and retry loads. */
    public boolean mayOperate() {
        return is(Role.OPERATOR);
    }

    /** Whether the caller may do everything. */
    public boolean mayAdminister() {
        return is(Role.ADMIN);
    }

    private boolean is(Role role) {
        var caller = authentication();
        return access.isOpen()
                || caller != null
                        && caller.getAuthorities().stream()
                                .anyMatch(one -> one.getAuthority().equals("ROLE_" + role));
    }

    /** The name with which the caller has signed in; null: with none. */
    public String name() {
        return Caller.of(authentication()).name();
    }

    private static Authentication authentication() {
        var caller = SecurityContextHolder.getContext().getAuthentication();
        return Caller.of(caller).name() == null ? null : caller;
    }
}
