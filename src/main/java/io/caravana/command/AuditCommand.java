package io.caravana.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.audit.AuditChain;
import io.caravana.audit.AuditChain.State;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caravana audit}: checks the chain of what the assistant answered and what became of proposals, or exports it. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description =
                "Checks the chain of what the assistant has answered and what became of proposals (verify), or prints it as JSON"
                        + " lines, which verify --file checks without a database (export).",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every link fits the one before, and the anchor is among them",
            "1:a link was changed, or the end was cut off; or Caravana could not start",
            "2:the arguments are wrong"
        })
final class AuditCommand implements Callable<Integer> {

    /** What is done with the chain. */
    enum What {
        verify,
        export
    }

    private final Class<?> application;

    @Spec
    private CommandSpec spec;

    @Parameters(description = "verify or export")
    private What what;

    @Option(
            names = "--anchor",
            description = "place:hash as an earlier verify has printed it, and somebody has kept elsewhere")
    private String anchor;

    @Option(names = "--file", description = "An export to check in place of the database")
    private Path file;

    AuditCommand(Class<?> application) {
        this.application = application;
    }

    @Override
    public Integer call() throws IOException {
        var out = Output.on(spec.commandLine().getOut());
        if (anchor != null && !anchor.matches("\\d{1,18}:[0-9a-f]{64}")) {
            throw new picocli.CommandLine.ParameterException(spec.commandLine(), "--anchor takes place:hash");
        }
        if (file != null) {
            return verifyFile(out);
        }
        try (var context = CaravanaCommand.start(CaravanaCommand.application(application)
                .web(WebApplicationType.NONE)
                .profiles("command"))) {
            return what == What.export ? export(context, spec.commandLine().getOut()) : verify(context, out);
        }
    }

    private static int export(ConfigurableApplicationContext context, PrintWriter out) {
        context.getBean(AuditChain.class).export(out::println);
        out.flush();
        return 0;
    }

    private int verify(ConfigurableApplicationContext context, PrintWriter out) {
        var chain = context.getBean(AuditChain.class);
        var parts = anchor == null ? null : anchor.split(":");
        return tell(out, chain.check(), parts == null || chain.has(Long.parseLong(parts[0]), parts[1]));
    }

    private int verifyFile(PrintWriter out) throws IOException {
        var reader = new AuditChain.Reader(new ObjectMapper());
        var hasAnchor = anchor == null;
        try (var lines = Files.newBufferedReader(file)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                reader.read(line);
                hasAnchor |= reader.isAt(anchor);
            }
        }
        return tell(out, reader.state(), hasAnchor);
    }

    private static int tell(PrintWriter out, State state, boolean hasAnchor) {
        var isWhole = state.brokenAt() == null && hasAnchor;
        if (state.brokenAt() != null) {
            out.println("The chain is broken at link %d: it, or one before it, was changed or removed"
                    .formatted(state.brokenAt()));
        }
        if (!hasAnchor) {
            out.println("The anchor is not in the chain: its end was cut off, or it was written anew");
        }
        if (isWhole) {
            out.println("%d links fit. Keep this elsewhere: --anchor %s:%s"
                    .formatted(state.links(), state.headPlace() == null ? 0 : state.headPlace(), state.head()));
        }
        out.flush();
        return isWhole ? 0 : 1;
    }
}
