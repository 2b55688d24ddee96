package io.caravana.command;

import io.caravana.check.Checks;
import io.caravana.check.Finding;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caravana check}: tries everything that a load needs, and ends. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Tries everything that a load needs, without loading: says what is wrong and what to do.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing was found that would make a load fail",
            "1:something was, or Caravana could not start; it is printed",
            "2:the arguments are wrong"
        })
final class CheckCommand implements Callable<Integer> {

    private final Class<?> application;

    @Spec
    private CommandSpec spec;

    CheckCommand(Class<?> application) {
        this.application = application;
    }

    @Override
    public Integer call() {
        try (var context = start()) {
            var out = Output.on(spec.commandLine().getOut());
            return context.getBean(Checks.class)
                            .run(finding -> print(finding, out))
                            .ok()
                    ? 0
                    : 1;
        }
    }

    private ConfigurableApplicationContext start() {
        return CaravanaCommand.start(CaravanaCommand.application(application)
                .web(WebApplicationType.NONE)
                .profiles("command", "check"));
    }

    private static void print(Finding finding, PrintWriter out) {
        var mark = !finding.ok() ? "wrong" : finding.advice().isEmpty() ? "ok" : "note";
        var advice = finding.advice().isEmpty() ? "" : ". " + finding.advice();
        out.println("%-6s%-28s  %s%s"
                .formatted(mark, finding.name(), finding.detail().replaceFirst("[.]$", ""), advice));
        out.flush();
    }
}
