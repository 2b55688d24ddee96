package io.caravana.workload;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The workload engine (HCL Workload Automation) whose plan is followed.
 *
 * @param url its address up to {@code /twsd}, e.g. {@code https://mdm.example.com:31116/twsd}; empty: none is followed, except in the
 *     demo; {@code simulator}: the built-in one, which also is one in the demo
 * @param name what it is called in the tables
 * @param allowHttp whether credentials may be sent in the clear to another machine, where the address begins with {@code http://}
 * @param username the account that reads; not with an API key
 * @param password its password; only ever from the environment or a file outside the project
 * @param apiKey a key of the engine, sent as a bearer token; only ever from the environment or a file outside the project
 * @param actions whether operators may propose and approve reruns, holds, releases and confirmations; the account then needs these rights
 * @param sslBundle name of a {@code spring.ssl.bundle} with the certificates to trust; empty: the JVM's
 * @param every how often what is not final is read
 * @param everyFull how often the whole plan is read
 * @param pageSize the most objects in an answer
 * @param rateLimit the most requests per second, for the whole process
 * @param maxConcurrent the most requests in flight, for the whole process
 * @param longestWait the longest wait that is kept if the engine or a gateway asks for one
 * @param connectTimeout how long to wait for a connection
 * @param responseTimeout how long to wait for the next bytes of an answer
 * @param ticketColumns columns of {@code incident} with the name or id of a job or run, which link a ticket to a failed run, beside
 *     {@code correlation_id} and the texts
 * @param owners whose jobs are which, for callers who are limited to companies or groups; the first entry that fits counts
 */
@Validated
@ConfigurationProperties("caravana.workload")
public record WorkloadProperties(
        @DefaultValue("") String url,

        @DefaultValue("hwa") @NotBlank @Pattern(regexp = "[\\w.-]{1,60}", message = "letters, digits, dots and hyphens")
        String name,

        @DefaultValue("false") boolean allowHttp,
        @DefaultValue("") String username,
        @DefaultValue("") String password,
        @DefaultValue("") String apiKey,
        @DefaultValue("false") boolean actions,
        @DefaultValue("") String sslBundle,
        @DefaultValue("30s") Duration every,
        @DefaultValue("10m") Duration everyFull,
        @DefaultValue("1000") @Min(1) @Max(10_000) int pageSize,
        @DefaultValue("10") @Min(1) int rateLimit,
        @DefaultValue("4") @Min(1) int maxConcurrent,
        @DefaultValue("10m") Duration longestWait,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("60s") Duration responseTimeout,

        @DefaultValue
        List<@Pattern(regexp = "[a-z][a-z0-9_]{0,62}", message = "a column such as u_job_name") String> ticketColumns,

        @DefaultValue List<@Valid Owner> owners) {

    /**
     * Whose the jobs of some streams are.
     *
     * @param stream the name of a job stream, with * for any text
     * @param group name or key of the assignment group that looks after them
     * @param company name or key of the company whose jobs they are
     */
    public record Owner(
            @NotBlank String stream,
            @DefaultValue("") String group,
            @DefaultValue("") String company) {}

    @Override
    public String toString() {
        return "WorkloadProperties[url=%s, name=%s, every=%s, everyFull=%s]".formatted(url, name, every, everyFull);
    }
}
