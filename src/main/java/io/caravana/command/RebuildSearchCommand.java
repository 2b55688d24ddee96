package io.caravana.command;

import io.caravana.knowledge.SearchIndex;
import java.util.concurrent.Callable;
import org.springframework.boot.WebApplicationType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caravana rebuild-search}: makes the index of the search anew, and ends. */
@Command(
        name = "rebuild-search",
        mixinStandardHelpOptions = true,
        description =
                "Makes the index of the search anew from the replica, and ends. Whoever searches meanwhile finds less.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every ticket can be found",
            "1:Caravana could not start, or the database failed; it is printed",
            "2:the arguments are wrong"
        })
final class RebuildSearchCommand implements Callable<Integer> {

    private final Class<?> application;

    @Spec
    private CommandSpec spec;

    RebuildSearchCommand(Class<?> application) {
        this.application = application;
    }

    @Override
    public Integer call() {
        try (var context = CaravanaCommand.start(CaravanaCommand.application(application)
                .web(WebApplicationType.NONE)
                .profiles("command"))) {
            var out = Output.on(spec.commandLine().getOut());
            out.println("%d tickets can be found"
                    .formatted(context.getBean(SearchIndex.class).rebuild()));
            out.flush();
            return 0;
        }
    }
}
