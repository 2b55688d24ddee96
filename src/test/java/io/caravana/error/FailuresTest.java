package io.caravana.error;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.caravana.execution.recovery.JobRunningException;
import io.caravana.execution.run.StoppedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;

class FailuresTest {

    static Stream<Throwable> expected() {
        return Stream.of(
                new ConnectException("refused"),
                new SocketTimeoutException("no answer"),
                new UnknownHostException("nowhere"),
                new InterruptedException("stopped"),
                new RejectedExecutionException("is shutting down"),
                new JobRunningException("incidents", "1", null),
                new StoppedException(StoppedException.Why.CANCELLED),
                new CannotCreateTransactionException(
                        "no connection", new SQLException("the database is starting up", "57P03")),
                new DataAccessResourceFailureException("disk full", new SQLException("could not extend file", "53100")),
                new SQLException("permission denied", "42501"));
    }

    static Stream<Throwable> unexpected() {
        return Stream.of(
                new NullPointerException("a bean's mistake"),
                new IllegalStateException("what should never be"),
                new IOException("wrapped", new NullPointerException()),
                new DataAccessResourceFailureException("wrapped", new ClassCastException()),
                new StackOverflowError(),
                new BadSqlGrammarException("t", "SELECT 1", new SQLException("syntax error", "42601")));
    }

    @ParameterizedTest
    @MethodSource("expected")
    void what_can_be_expected_is_said_in_one_line(Throwable failure) {
        var line = logged(failure);
        assertThat(line.getThrowableProxy()).isNull();
        assertThat(line.getFormattedMessage()).isEqualTo("It failed: " + Failures.explain(failure));
    }

    @ParameterizedTest
    @MethodSource("unexpected")
    void what_nobody_expects_is_said_with_its_stack_trace(Throwable failure) {
        var line = logged(failure);
        assertThat(line.getFormattedMessage()).isEqualTo("It failed");
        assertThat(ThrowableProxyUtil.asString(line.getThrowableProxy()))
                .contains(failure.getClass().getName(), "at io.caravana.error.FailuresTest.unexpected");
    }

    @Test
    void the_cause_comes_before_what_libraries_say_around_it() {
        var refused = new SQLException("Connection to localhost:1 refused", "08001", new ConnectException("refused"));
        var failure = new CannotCreateTransactionException(
                "Could not open JDBC Connection for transaction",
                new CannotGetJdbcConnectionException("Failed to obtain JDBC Connection", refused));
        assertThat(Failures.explain(failure))
                .isEqualTo("Connection to localhost:1 refused (Could not open JDBC Connection for transaction:"
                        + " Failed to obtain JDBC Connection)");
        assertThat(Failures.explain(new UncheckedIOException("table incident, page 1", new IOException("reset"))))
                .as("our own words stay where they are")
                .isEqualTo("table incident, page 1: reset");
        assertThat(Failures.explain(
                        new DataAccessResourceFailureException("SQL [x]; too big", new SQLException("too big"))))
                .isEqualTo("too big");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ERROR: invalid input syntax for type integer: "Ana Souza" | ERROR: invalid input syntax for type integer: ***
            ERROR: invalid input value for enum mood: "Ana "the" Souza" | ERROR: invalid input value for enum mood: ***
            ERROR: value "Ana Souza" is out of range for type integer | ERROR: value *** is out of range for type integer
            ERROR: date/time field value out of range: "Ana Souza" | ERROR: date/time field value out of range: ***
            Detail: Key (sys_id)=(Ana Souza) already exists. | Detail: Key (sys_id)=(***) already exists.
            Detail: Key (name, mail)=(Ana, Souza) is not present in table "people". | Detail: Key (name, mail)=(***) is not present in table "people".
            Detail: Failing row contains (1, Ana Souza, (x)). | Detail: Failing row contains (***).
            Where: unnamed portal parameter $1 = 'Ana Souza' | Where: unnamed portal parameter $1 = ***
            Unrecognized token 'Ana': was expecting JSON | Unrecognized token ***: was expecting JSON
            For input string: "Ana Souza" | For input string: ***
            Text 'Ana Souza' could not be parsed at index 0 | Text *** could not be parsed at index 0
            jdbc:postgresql://host/db?user=x&password=geheim | jdbc:postgresql://host/db?user=x&password=***
            https://user:geheim@host/path | https://user:***@host/path
            ERROR: duplicate key value violates unique constraint "incident_pkey" | ERROR: duplicate key value violates unique constraint "incident_pkey"
            ERROR: cannot drop column a because view people depends on it | ERROR: cannot drop column a because view people depends on it
            """)
    void a_message_keeps_its_words_and_loses_the_values(String message, String shown) {
        assertThat(Failures.explain(new SQLException(message)).replace("(***)", "***"))
                .isEqualTo(shown.replace("(***)", "***"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"For input string: \"Ana Souza\"", "Text 'Ana Souza' could not be parsed at index 0"})
    void a_stack_trace_loses_the_values_and_nothing_else(String message) {
        var failure = new IllegalStateException("A row could not be read", new NumberFormatException(message));
        assertThat(ThrowableProxyUtil.asString(logged(failure).getThrowableProxy()))
                .doesNotContain("Ana")
                .contains(
                        "java.lang.IllegalStateException: A row could not be read",
                        "Caused by: java.lang.NumberFormatException",
                        "***",
                        "at io.caravana.error.FailuresTest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"22001", "22P05", "23502", "23514", "23P01", "21000", "54000", "54011", "P0001", "38000", "U0001"
            })
    void a_record_that_is_refused_would_be_refused_again(String state) {
        // as Spring translates a row that is too wide
        var failure = new DataAccessResourceFailureException("x", new SQLException("row is too big", state));
        assertThat(Failures.isRefusal(failure)).isTrue();
        assertThat(Passing.mayPass(failure)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08006", "25006", "28P01", "40001", "40P01", "42501", "42703", "42804", "53100", "53200", "55P03",
                "57014", "57P01", "58030", "XX000"
            })
    void what_says_nothing_of_a_record_is_no_refusal_of_one(String state) {
        assertThat(Failures.isRefusal(new IllegalStateException(new SQLException("x", state))))
                .isFalse();
    }

    @Test
    void a_failure_that_causes_itself_can_be_explained() {
        var first = new IllegalStateException("first");
        first.initCause(new IllegalStateException("second", first));
        assertThat(Failures.explain(first)).isEqualTo("first: second");
    }

    private static ILoggingEvent logged(Throwable failure) {
        var log = (Logger) LoggerFactory.getLogger("failures-of-this-test");
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.addAppender(lines);
        try {
            Failures.log(log, "It failed", failure);
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list).hasSize(1);
        return lines.list.get(0);
    }
}
