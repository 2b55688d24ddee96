package io.caravana.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code /actuator/prometheus} answered, and whether a query of Prometheus finds something in it. */
record Scrape(List<Series> series) {

    record Series(String name, Map<String, String> labels, double value) {}

    /** A metric in a query: its name, and what its labels have to be. */
    record Selector(String metric, List<Matcher> matchers) {}

    record Matcher(String label, String operator, String value) {

        boolean accepts(Series series) {
            var actual = series.labels.getOrDefault(label, "");
            return switch (operator) {
                case "=" -> actual.equals(value);
                case "!=" -> !actual.equals(value);
                case "=~" -> actual.matches(value);
                default -> !actual.matches(value);
            };
        }
    }

    private static final Pattern LINE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)(=~|!~|!=|=)\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");
    private static final Pattern NAME = Pattern.compile("(?<![\\w.$])([a-zA-Z_]\\w*)(?:\\{([^}]*)})?\\s*(?![\\w(])");
    private static final Set<String> AGGREGATIONS = Set.of("sum", "min", "max", "avg", "count", "and", "or", "unless");

    static Scrape of(String text) {
        return new Scrape(text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(Scrape::line)
                .toList());
    }

    private static Series line(String line) {
        var parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new AssertionError("not a line of the exposition format: " + line);
        }
        var labels = new HashMap<String, String>();
        matchers(parts.group(2)).forEach(label -> labels.put(label.label, label.value));
        return new Series(parts.group(1), labels, Double.parseDouble(parts.group(3)));
    }

    /** The metrics that a query names. */
    static List<Selector> selectors(String query) {
        var names = NAME.matcher(GROUPING.matcher(query)
                .replaceAll("")
                .replaceAll("\\[[^]]*]", "")
                .replaceAll("\\$(job_name|table)", ".*"));
        var found = new ArrayList<Selector>();
        while (names.find()) {
            if (!AGGREGATIONS.contains(names.group(1))) {
                found.add(new Selector(names.group(1), matchers(names.group(2))));
            }
        }
        return found;
    }

    /** The labels by which a query groups. */
    static List<String> groupings(String query) {
        return GROUPING.matcher(query)
                .results()
                .flatMap(clause -> Stream.of(clause.group(1).split(",")))
                .map(String::strip)
                .toList();
    }

    private static List<Matcher> matchers(String labels) {
        return labels == null
                ? List.of()
                : LABEL.matcher(labels)
                        .results()
                        .map(label -> new Matcher(label.group(1), label.group(2), label.group(3)))
                        .toList();
    }

    List<Series> find(Selector selector) {
        return series.stream()
                .filter(one -> one.name.equals(selector.metric))
                .filter(one -> selector.matchers.stream().allMatch(matcher -> matcher.accepts(one)))
                .toList();
    }

    /** The sum of all series that a query's one metric finds; 0 when there are none. */
    double sum(String query) {
        return find(selectors(query).get(0)).stream().mapToDouble(Series::value).sum();
    }
}
