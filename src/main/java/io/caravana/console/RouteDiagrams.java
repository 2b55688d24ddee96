package io.caravana.console;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.ResourceTransformerChain;
import org.springframework.web.servlet.resource.TransformedResource;

/**
 * Has Hawtio draw each diagram by itself. Its scripts, up to 5.2.0, keep one graph for all of them and never empty it:
 * a route is laid out along with the lines of those that were opened before, in zigzag.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class RouteDiagrams implements WebMvcConfigurer {

    private static final String LAYS_OUT = "this.dagreGraph.setGraph(";
    private static final String EMPTIES = "this.dagreGraph.nodes().forEach(node=>this.dagreGraph.removeNode(node)),";

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/actuator/hawtio/static/js/*.js")
                .addResourceLocations("classpath:/hawtio-static/static/js/")
                .resourceChain(false)
                .addTransformer(RouteDiagrams::withAnEmptyGraph);
    }

    private static Resource withAnEmptyGraph(
            HttpServletRequest request, Resource script, ResourceTransformerChain chain) throws IOException {
        var text = script.getContentAsString(StandardCharsets.UTF_8);
        return text.contains(LAYS_OUT)
                ? new TransformedResource(
                        script, text.replace(LAYS_OUT, EMPTIES + LAYS_OUT).getBytes(StandardCharsets.UTF_8))
                : script;
    }
}
