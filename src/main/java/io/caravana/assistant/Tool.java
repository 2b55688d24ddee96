package io.caravana.assistant;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What can be asked. Every tool reads, and takes typed values: no SQL, no address, no query of another system. */
public enum Tool {
    SEARCH_TICKETS("Finds tickets by what they say", text("text", true, 200)),
    GET_TICKET("One ticket by its number, with what solved it and the jobs it is about", number("number")),
    SIMILAR_SOLVED("Solved tickets that are like one, and how they were solved", number("number")),
    SLA_AT_RISK("The SLAs that run out within some hours", integer("hours", 1, 72)),
    GROUP_WORKLOAD("How many open tickets each group has"),
    FIND_JOBS(
            "Jobs of the plan by a part of their name and a state; failed also finds runs that failed within some hours",
            text("name", false, 100),
            words(
                    "status",
                    "failed",
                    "late",
                    "stuck",
                    "running",
                    "held",
                    "blocked",
                    "undecided",
                    "ready",
                    "waiting",
                    "done",
                    "canceled"),
            integer("hours", 1, 72)),
    GET_JOB("One job by its name or id: its runs, why it waits, the tickets about it", text("job", true, 100)),
    JOB_NEIGHBOURS("The jobs before and after one", text("job", true, 100), integer("depth", 1, 3)),
    JOB_LOG_TAIL(
            "The end of the log of a job's last run, or of a run", text("run", true, 100), integer("lines", 1, 50)),
    READ_RUNBOOK("What the runbooks say about something", text("topic", true, 200));

    private final String description;
    private final List<Argument> arguments;

    Tool(String description, Argument... arguments) {
        this.description = description;
        this.arguments = List.of(arguments);
    }

    /**
     * A value that a tool takes.
     *
     * @param most the longest text, or the largest number
     * @param words what it may be; empty: anything
     */
    public record Argument(String name, boolean isNumber, boolean isRequired, int least, int most, Set<String> words) {}

    private static Argument text(String name, boolean isRequired, int longest) {
        return new Argument(name, false, isRequired, 1, longest, Set.of());
    }

    private static Argument number(String name) {
        return new Argument(name, false, true, 3, 40, Set.of());
    }

    private static Argument integer(String name, int least, int most) {
        return new Argument(name, true, false, least, most, Set.of());
    }

    private static Argument words(String name, String... words) {
        return new Argument(name, false, false, 1, 20, Set.of(words));
    }

    /** Its name in configuration and answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The route that carries it out. */
    String route() {
        return "direct:tool-" + word().replace('_', '-');
    }

    public String description() {
        return description;
    }

    public List<Argument> arguments() {
        return arguments;
    }

    /** @throws IllegalArgumentException if no tool has this name */
    public static Tool of(String word) {
        return Arrays.stream(values())
                .filter(tool -> tool.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no tool '%s'".formatted(word)));
    }

    /**
     * The values that it takes, of those that somebody gives.
     *
     * @throws IllegalArgumentException if one is missing, unknown or too large
     */
    Map<String, Object> checked(Map<String, ?> given) {
        for (var name : given.keySet()) {
            if (arguments.stream().noneMatch(argument -> argument.name.equals(name))) {
                throw new IllegalArgumentException("%s takes no '%s'".formatted(word(), name));
            }
        }
        var checked = new LinkedHashMap<String, Object>();
        for (var argument : arguments) {
            var value = given.get(argument.name);
            if (value == null || value.toString().isBlank()) {
                if (argument.isRequired) {
                    throw new IllegalArgumentException("%s needs '%s'".formatted(word(), argument.name));
                }
            } else {
                checked.put(argument.name, argument.isNumber ? whole(argument, value) : plain(argument, value));
            }
        }
        return checked;
    }

    private static Integer whole(Argument argument, Object value) {
        var text = value.toString().strip();
        var number = text.matches("\\d{1,6}") ? Integer.parseInt(text) : -1;
        if (number < argument.least || number > argument.most) {
            throw new IllegalArgumentException(
                    "%s is a number from %d to %d".formatted(argument.name, argument.least, argument.most));
        }
        return number;
    }

    private static String plain(Argument argument, Object value) {
        var text = value.toString().replaceAll("\\p{Cntrl}", " ").strip();
        if (text.length() > argument.most || !argument.words.isEmpty() && !argument.words.contains(text)) {
            throw new IllegalArgumentException("%s cannot be that".formatted(argument.name));
        }
        return text;
    }
}
