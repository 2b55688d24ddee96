package io.caravana.catalog;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the jobs that read changes and keys do it.
 *
 * @param overlap how long before the end of the last pass the next one starts, so that it finds rows that ServiceNow
 *     stored later than their stamp
 * @param lag how long before ServiceNow's current time a pass ends
 * @param compareModCount whether the comparison of keys also finds rows that changed without a change of
 *     {@code sys_updated_on}, by their {@code sys_mod_count}
 */
@Validated
@ConfigurationProperties("caravana.live")
public record LiveProperties(
        @DefaultValue("5m") Duration overlap,
        @DefaultValue("5s") Duration lag,
        @DefaultValue("false") boolean compareModCount) {}
