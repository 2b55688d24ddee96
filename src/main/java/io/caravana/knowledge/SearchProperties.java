package io.caravana.knowledge;

import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Search over tickets. The index is made when somebody searches for the first time, and costs nothing before.
 *
 * @param enabled whether there is a search
 * @param synonyms words and phrases that mean the same here, beside those that Caravana knows
 * @param everyMillis how often the index follows the tickets that have changed
 */
@Validated
@ConfigurationProperties("caravana.search")
record SearchProperties(
        @DefaultValue("true") boolean enabled,

        @DefaultValue
        List<@Pattern(regexp = ".+=.+", message = "words with = between them, such as ponto = relógio = clock") String>
                synonyms,

        @DefaultValue("5000") long everyMillis) {}
