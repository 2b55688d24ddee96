package io.caravana.connector;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How ServiceNow is reached and how much is asked of it.
 *
 * @param url the instance, e.g. {@code https://example.service-now.com}, or the gateway in front of it, with a path;
 *     {@code simulator}: the built-in one, which also runs when neither this nor a database is set
 * @param allowHttp whether credentials may be sent in the clear to another machine, where the address begins with
 *     {@code http://}
 * @param username the account that reads
 * @param password its password; only ever from the environment or a file outside the project
 * @param rateLimit the most requests per second, for the whole process
 * @param maxConcurrent the most requests in flight, for the whole process
 * @param longestWait the longest wait that is kept if ServiceNow or a gateway asks for one with {@code Retry-After}; a
 *     longer one ends after this
 * @param pageSize rows in the first request of a table, unless the table has its own
 * @param maxPageSize the most rows in any request
 * @param maxPageBytes the most JSON in one answer; pages are kept well below
 * @param partitionThreshold a larger table is read in several ranges of keys at the same time
 * @param partitions the number of ranges
 * @param connectTimeout how long to wait for a connection
 * @param responseTimeout how long to wait for the next bytes of an answer; ServiceNow itself gives up after 60 s
 */
@Validated
@ConfigurationProperties("caravana.servicenow")
public record ServiceNowProperties(
        @DefaultValue("") String url,
        @DefaultValue("false") boolean allowHttp,
        @DefaultValue("") String username,
        @DefaultValue("") String password,
        @DefaultValue("25") @Min(1) int rateLimit,
        @DefaultValue("8") @Min(1) int maxConcurrent,
        @DefaultValue("2h") Duration longestWait,
        @DefaultValue("1000") @Min(1) @Max(10_000) int pageSize,
        @DefaultValue("10000") @Min(1) @Max(10_000) int maxPageSize,
        @DefaultValue("64MB") DataSize maxPageBytes,
        @DefaultValue("20000") @Min(1) int partitionThreshold,
        @DefaultValue("16") @Min(1) @Max(256) int partitions,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("90s") Duration responseTimeout) {

    @Override
    public String toString() {
        return "ServiceNowProperties[url=%s, rateLimit=%d, maxConcurrent=%d, pageSize=%d]"
                .formatted(url, rateLimit, maxConcurrent, pageSize);
    }
}
