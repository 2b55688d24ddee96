package io.caravana.security;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Stops the start of a server that others could reach and nobody would have to sign in to, before anything is started. */
@Component
@ConditionalOnWebApplication
class OpenServerCheck implements BeanFactoryPostProcessor {

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        var access = Access.of(beans.getBean(Environment.class));
        if (!access.loopbackOnly() && !access.configured()) {
            throw new OpenServerException(access);
        }
    }
}
