package io.caravana.command;

import io.caravana.alert.Alerts;
import java.util.concurrent.Callable;
import org.springframework.boot.WebApplicationType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caravana notify-test}: sends a test message by each channel, and ends. */
@Command(
        name = "notify-test",
        mixinStandardHelpOptions = true,
        description = "Sends a test message by each channel of caravana.notifications, and says how that went.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every channel took the message",
            "1:one did not, none is configured, or Caravana could not start; it is printed",
            "2:the arguments are wrong"
        })
final class NotifyTestCommand implements Callable<Integer> {

    private final Class<?> application;

    @Spec
    private CommandSpec spec;

    NotifyTestCommand(Class<?> application) {
        this.application = application;
    }

    @Override
    public Integer call() {
        try (var context = CaravanaCommand.start(CaravanaCommand.application(application)
                .web(WebApplicationType.NONE)
                .profiles("command", "check"))) {
            var out = Output.on(spec.commandLine().getOut());
            var tested = context.getBean(Alerts.class).test();
            if (tested.isEmpty()) {
                out.println(
                        "No channel is configured. Set mail.host, slack.url or webhook.url of caravana.notifications;"
                                + " docs/operations.md, \"Notifications\", says how.");
            }
            tested.forEach(channel ->
                    out.println(channel.problem() == null ? channel.channel() + ": sent" : channel.problem()));
            out.flush();
            var isSent = tested.stream().allMatch(channel -> channel.problem() == null);
            return !tested.isEmpty() && isSent ? 0 : 1;
        }
    }
}
