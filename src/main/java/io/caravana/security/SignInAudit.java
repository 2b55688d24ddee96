package io.caravana.security;

import io.caravana.audit.Audit;
import io.caravana.audit.AuditLine;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.AbstractAuthenticationEvent;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationFailureProviderNotFoundEvent;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.stereotype.Component;

/**
 * Writes a line for each sign-in at the page, and for each that is refused. A password or a token that comes with every
 * request is part of that request's line.
 */
@Component
@ConditionalOnWebApplication
class SignInAudit {

    private static final String METHOD = "SIGN-IN";

    private final Audit audit;
    private final UserDetailsService users;

    SignInAudit(Audit audit, UserDetailsService users) {
        this.audit = audit;
        this.users = users;
    }

    @EventListener
    void accepted(InteractiveAuthenticationSuccessEvent event) {
        var caller = Caller.of(event.getAuthentication());
        write(caller.name(), caller.signedInBy(), HttpServletResponse.SC_OK);
    }

    @EventListener
    void refused(AbstractAuthenticationFailureEvent event) {
        // whoever does not know tokens says that beside the one who does
        if (!(event instanceof AuthenticationFailureProviderNotFoundEvent)) {
            write(known(event), "none", HttpServletResponse.SC_UNAUTHORIZED);
        }
    }

    /** Only a name that there is: people type their password where the name belongs. */
    private String known(AbstractAuthenticationEvent event) {
        if (!(event.getAuthentication().getPrincipal() instanceof String name)) {
            return null;
        }
        try {
            return users.loadUserByUsername(name).getUsername();
        } catch (UsernameNotFoundException e) {
            return null;
        }
    }

    private void write(String who, String signedInBy, int status) {
        Caller.current()
                .ifPresent(request -> audit.write(
                        new AuditLine(who, signedInBy, request.getRemoteAddr(), METHOD, Caller.path(request), status)));
    }
}
