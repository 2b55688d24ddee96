package io.caravana.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.math.BigDecimal;

/**
 * A table load as people and programs see it.
 *
 * @param seconds since it began; null before
 * @param sourceCount the rows that ServiceNow said match; null when it did not say
 * @param verdict what the read proved about its completeness
 * @param error why it failed; null when it did not
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TableLoadView(
        String table,
        String status,
        long recordsExtracted,
        long inserted,
        long updated,
        long unchanged,
        long deleted,
        long rejected,
        long pages,
        long apiRequests,
        BigDecimal seconds,
        Long sourceCount,
        String verdict,
        String error) {}
