package io.caravana.security;

import io.caravana.error.StartException;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Stops the start of a server that others could reach and nobody would have to sign in to, before anything is started. */
@Component
@ConditionalOnWebApplication
class OpenServerCheck implements BeanFactoryPostProcessor {

    private static final String WHAT_TO_SET = """
            Set SERVER_ADDRESS=127.0.0.1, which only this machine reaches, or one of these:

              SPRING_SECURITY_USER_PASSWORD    the password of one user, "user", who may do everything
              caravana.security.users          people and programs with passwords, each with a role
              caravana.security.tokens         programs with tokens, each with a role
              spring.security.oauth2           a provider of OpenID Connect

            docs/operations.md, "Security", shows each of them.""";

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        var access = Access.of(beans.getBean(Environment.class));
        if (!access.loopbackOnly() && !access.configured()) {
            throw new StartException(
                    "The server would listen on %s, where other machines can reach it, and no sign-in is configured."
                            .formatted(access.address()),
                    WHAT_TO_SET);
        }
    }
}
