package io.caravana.console;

import java.io.IOException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Serves Swagger UI for {@code /api/openapi.json}, from the jar alone. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class SwaggerUi implements WebMvcConfigurer {

    private static final String INDEX = "/swagger-ui/index.html";

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addRedirectViewController("/swagger-ui", INDEX);
        registry.addRedirectViewController("/swagger-ui/", INDEX);
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/swagger-ui/**")
                // first ours: the jar's own initializer points at an example on the internet
                .addResourceLocations(
                        "classpath:/io/caravana/console/swagger-ui/",
                        "classpath:/META-INF/resources/webjars/swagger-ui/" + version() + "/");
    }

    private static String version() {
        var properties = new ClassPathResource("META-INF/maven/org.webjars/swagger-ui/pom.properties");
        try {
            return PropertiesLoaderUtils.loadProperties(properties).getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException("The jar of Swagger UI is not on the class path", e);
        }
    }
}
