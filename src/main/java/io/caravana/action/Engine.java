package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** Runs programs of one language, within limits. */
interface Engine {

    /** What it is called in runs: {@code quickjs}. */
    String name();

    /** Runs a program to its end, or until it has used what it may. */
    Outcome run(Program program);

    /**
     * @param input what the program is given: {@code params}, {@code body}, {@code headers}, {@code method}, {@code event},
     *     {@code record}, {@code run}, {@code secrets}
     * @param log takes a type and a line
     * @param ask sends an HTTP request for the program
     */
    record Program(
            String source,
            JsonNode input,
            Duration timeout,
            BiConsumer<String, String> log,
            UnaryOperator<JsonNode> ask) {}

    /**
     * How a run ended.
     *
     * @param result the answer and its effects; null where it failed
     * @param failure null where it completed
     * @param message why it failed
     * @param line of the source; null where that is not known
     * @param exitCode of its process; null where it had none, or was ended
     * @param peakKib null where that is not known
     */
    record Outcome(
            JsonNode result,
            Failure failure,
            String message,
            Integer line,
            Integer exitCode,
            long wallMillis,
            long cpuMillis,
            Long peakKib,
            long outputBytes) {}
}
