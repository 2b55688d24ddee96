package io.caravana.command;

import io.caravana.database.FreePort;
import io.caravana.security.Access;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.server.ConfigurableServletWebServerFactory;
import org.springframework.context.annotation.Profile;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Takes the next free port where that of the configuration is taken and nobody has asked for it: a second Caravana on this
 * machine says where it is. One that others reach stays where they look for it.
 */
@Component
@Profile("!command")
final class ServerPort implements WebServerFactoryCustomizer<ConfigurableServletWebServerFactory>, Ordered {

    private static final Logger LOG = LoggerFactory.getLogger(ServerPort.class);
    private static final int USUAL = 8080;

    private final Environment environment;

    ServerPort(Environment environment) {
        this.environment = environment;
    }

    /** After Boot has set the configured one. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(ConfigurableServletWebServerFactory server) {
        var isUsual = environment.getProperty("server.port", int.class, USUAL) == USUAL
                && !environment.containsProperty("SERVER_PORT");
        if (isUsual && Access.of(environment).loopbackOnly()) {
            var port = FreePort.claim(USUAL);
            if (port != USUAL) {
                LOG.warn("Port {} is taken, the server listens on {}; SERVER_PORT sets another one", USUAL, port);
            }
            server.setPort(port);
        }
    }
}
