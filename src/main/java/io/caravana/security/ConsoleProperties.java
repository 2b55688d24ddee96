package io.caravana.security;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the web pages may be reached. {@link Access} reads this by its name, before there is a bean; here it is checked and
 * explained.
 *
 * @param allowedHosts further host names that a request may use while the server listens on loopback only, such as the
 *     name that a reverse proxy on this machine passes on
 */
@ConfigurationProperties("caravana.console")
record ConsoleProperties(@DefaultValue List<String> allowedHosts) {}
