package io.caravana.assistant;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The assistant, which answers questions about tickets and jobs.
 *
 * @param enabled whether there is one
 * @param mcp whether its tools are offered to other assistants at {@code /mcp}
 * @param runbooks a folder of Markdown files that it may quote; empty: the folder runbooks beside application.yaml
 * @param models models that word its answers, asked in this order; none: it answers without a model
 */
@Validated
@ConfigurationProperties("caravana.assistant")
record AssistantProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("true") boolean mcp,
        @DefaultValue("") String runbooks,
        @DefaultValue List<@Valid Model> models) {

    /**
     * A model behind an interface like OpenAI's. Questions and the rows that tools find for them are sent there.
     *
     * @param url its address up to {@code /chat/completions}, such as {@code https://models.example.com/v1}
     * @param name the model's name there
     * @param key a key, sent as a bearer token; a secret
     */
    record Model(
            @NotBlank
            @Pattern(regexp = "https?://[^\\s@?#]+", message = "an address such as https://models.example.com/v1")
            String url,

            @NotBlank String name,
            @DefaultValue("") String key) {

        @Override
        public String toString() {
            return "Model[url=%s, name=%s]".formatted(url, name);
        }
    }
}
