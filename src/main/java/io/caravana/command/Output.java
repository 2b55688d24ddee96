package io.caravana.command;

import io.caravana.execution.run.LogFields;
import java.io.PrintWriter;
import java.io.Writer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said to a person, as lines of the log: where programs read the log, nothing else may stand between its lines. */
final class Output extends Writer {

    private static final Logger LOG = LoggerFactory.getLogger(Output.class);

    private final StringBuilder begun = new StringBuilder();

    private Output() {}

    /** The terminal itself, unless programs read what is written to it. */
    static PrintWriter on(PrintWriter terminal) {
        return LogFields.areForPrograms() ? new PrintWriter(new Output()) : terminal;
    }

    @Override
    public void write(char[] characters, int from, int count) {
        for (var place = from; place < from + count; place++) {
            if (characters[place] == '\n') {
                flush();
            } else {
                begun.append(characters[place]);
            }
        }
    }

    @Override
    public void flush() {
        var line = begun.toString().strip();
        begun.setLength(0);
        if (!line.isEmpty()) {
            LOG.info("{}", line);
        }
    }

    @Override
    public void close() {
        flush();
    }
}
