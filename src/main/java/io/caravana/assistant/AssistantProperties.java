package io.caravana.assistant;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The assistant, which answers questions about tickets and jobs.
 *
 * @param enabled whether there is one
 * @param mcp whether its tools are offered to other assistants at {@code /mcp}
 * @param runbooks a folder of Markdown files that it may quote; empty: the folder runbooks beside application.yaml
 */
@Validated
@ConfigurationProperties("caravana.assistant")
record AssistantProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("true") boolean mcp,
        @DefaultValue("") String runbooks) {}
