package io.caravana.desk;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.util.WebUtils;
import org.thymeleaf.context.IExpressionContext;
import org.thymeleaf.linkbuilder.StandardLinkBuilder;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/** The templates, their words, and the files beside them. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class DeskConfiguration implements WebMvcConfigurer {

    private static final String HERE = "io/caravana/desk/";

    @Bean
    SpringTemplateEngine deskTemplates() {
        var words = new ResourceBundleMessageSource();
        words.setBasename(HERE.replace('/', '.') + "words");
        words.setDefaultEncoding("UTF-8");
        words.setFallbackToSystemLocale(false);
        var files = new ClassLoaderTemplateResolver();
        files.setPrefix(HERE + "templates/");
        files.setSuffix(".html");
        files.setTemplateMode(TemplateMode.HTML);
        files.setCharacterEncoding("UTF-8");
        var engine = new SpringTemplateEngine();
        engine.setTemplateEngineMessageSource(words);
        engine.setTemplateResolver(files);
        engine.setLinkBuilder(new StandardLinkBuilder() {
            @Override
            protected String computeContextPath(
                    IExpressionContext context, String base, Map<String, Object> parameters) {
                return "";
            }
        });
        return engine;
    }

    /** Scripts and styles have a name that changes with them. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/desk/**")
                .addResourceLocations("classpath:/" + HERE + "static/")
                .setCacheControl(CacheControl.maxAge(Duration.ofDays(365)).cachePublic());
    }

    /** What somebody has switched to stands in for what the browser asks for. Routes see headers, and no cookies. */
    @Bean
    FilterRegistrationBean<Filter> deskLanguage() {
        return new FilterRegistrationBean<>(DeskConfiguration::inTheChosenLanguage);
    }

    private static void inTheChosenLanguage(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var chosen = request instanceof HttpServletRequest http ? WebUtils.getCookie(http, Language.COOKIE) : null;
        chain.doFilter(
                chosen == null ? request : new Chosen((HttpServletRequest) request, chosen.getValue()), response);
    }

    private static final class Chosen extends HttpServletRequestWrapper {
        private final String language;

        Chosen(HttpServletRequest request, String language) {
            super(request);
            this.language = language;
        }

        @Override
        public String getHeader(String name) {
            return HttpHeaders.ACCEPT_LANGUAGE.equalsIgnoreCase(name) ? language : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return HttpHeaders.ACCEPT_LANGUAGE.equalsIgnoreCase(name)
                    ? Collections.enumeration(List.of(language))
                    : super.getHeaders(name);
        }
    }
}
