package io.caravana.security;

import java.util.function.Supplier;
import javax.management.ObjectName;
import org.jolokia.server.core.restrictor.policy.PolicyRestrictor;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;

/**
 * What Jolokia may be asked for: by everybody who may see Hawtio what {@code jolokia-access.xml} names, by an
 * administrator what {@code jolokia-admin.xml} names, too. The latter, and what is refused, is audited.
 */
@Component
@ConditionalOnWebApplication
class JolokiaRoles implements Restrictor {

    private final Supplier<PolicyRestrictor> everybody = policy("/jolokia-access.xml");
    private final Supplier<PolicyRestrictor> administrators = policy("/jolokia-admin.xml");

    private static Supplier<PolicyRestrictor> policy(String file) {
        return SingletonSupplier.of(() -> new PolicyRestrictor(JolokiaRoles.class.getResourceAsStream(file)));
    }

    @Override
    public boolean isOperationAllowed(ObjectName bean, String operation) {
        var name = operation.replaceFirst("\\(.*", "");
        if (everybody.get().isOperationAllowed(bean, name)) {
            return true;
        }
        var allowed = isAdministrator() && administrators.get().isOperationAllowed(bean, name);
        AuditFilter.note("EXEC", "%s %s".formatted(bean, name), allowed ? 200 : 403);
        return allowed;
    }

    /** There is no attribute that Hawtio's routes need to have written. */
    @Override
    public boolean isAttributeWriteAllowed(ObjectName bean, String attribute) {
        AuditFilter.note("WRITE", "%s %s".formatted(bean, attribute), 403);
        return false;
    }

    private static boolean isAdministrator() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null
                && AuthorityUtils.authorityListToSet(authentication.getAuthorities())
                        .contains("ROLE_" + Role.ADMIN);
    }

    @Override
    public boolean isAttributeReadAllowed(ObjectName bean, String attribute) {
        return everybody.get().isAttributeReadAllowed(bean, attribute);
    }

    @Override
    public boolean isHttpMethodAllowed(HttpMethod method) {
        return everybody.get().isHttpMethodAllowed(method);
    }

    @Override
    public boolean isTypeAllowed(RequestType type) {
        return everybody.get().isTypeAllowed(type);
    }

    @Override
    public boolean isRemoteAccessAllowed(String... addresses) {
        return everybody.get().isRemoteAccessAllowed(addresses);
    }

    @Override
    public boolean isOriginAllowed(String origin, boolean onlyWhenStrict) {
        return everybody.get().isOriginAllowed(origin, onlyWhenStrict);
    }

    @Override
    public boolean isObjectNameHidden(ObjectName bean) {
        return everybody.get().isObjectNameHidden(bean);
    }
}
