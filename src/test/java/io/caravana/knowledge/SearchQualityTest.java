package io.caravana.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.knowledge.Search.Filter;
import io.caravana.replica.RowScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * 200 questions over 5,000 of the simulator's incidents. One half may be looked at when the search is tuned; the other half is only counted.
 * {@code -Dupdate.reference=true} writes the questions anew.
 */
class SearchQualityTest {

    private static final Path FILE = Path.of("src/test/resources/io/caravana/knowledge/questions.tsv");
    private static final int PLACES = 10;

    private static final List<Map<String, String>> INCIDENTS = SearchedTickets.simulated(5_000);
    private static final SearchedTickets TICKETS = new SearchedTickets();

    private record Judged(String half, String kind, String question, Map<String, String> answer) {

        static Judged of(String line) {
            var cells = line.split("\t");
            return new Judged(
                    cells[0],
                    cells[1],
                    cells[2],
                    Arrays.stream(cells, 3, cells.length)
                            .map(cell -> cell.split("=", 2))
                            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])));
        }

        /** The share of the tickets that answer it that are among the first ten, of at most ten. */
        double recall() {
            var right = INCIDENTS.stream()
                    .filter(ticket -> Questions.answers(ticket, answer))
                    .map(ticket -> ticket.get("sys_id"))
                    .collect(Collectors.toSet());
            assertThat(right).as(question).isNotEmpty();
            var found = TICKETS.search.find(question, Filter.NONE, RowScope.EVERYTHING, PLACES).hits().stream()
                    .filter(hit -> right.contains(hit.ticket().path("sys_id").asText()))
                    .count();
            return (double) found / Math.min(PLACES, right.size());
        }
    }

    @BeforeAll
    static void fill() {
        INCIDENTS.forEach(TICKETS::store);
        TICKETS.follow();
    }

    @Test
    void the_questions_are_those_of_the_simulators_tickets() throws IOException {
        var current = Questions.about(INCIDENTS);
        if (Boolean.getBoolean("update.reference")) {
            Files.write(FILE, current);
        }
        assertThat(Files.readAllLines(FILE)).isEqualTo(current).hasSize(200);
    }

    @Test
    void nine_of_ten_tickets_are_among_the_first_ten_for_questions_that_nobody_tuned_for() throws IOException {
        var recall = Files.readAllLines(FILE).stream()
                .map(Judged::of)
                .collect(Collectors.groupingBy(
                        judged -> judged.half(),
                        TreeMap::new,
                        Collectors.groupingBy(Judged::kind, TreeMap::new, Collectors.averagingDouble(Judged::recall))));
        var means = Files.readAllLines(FILE).stream()
                .map(Judged::of)
                .collect(Collectors.groupingBy(Judged::half, TreeMap::new, Collectors.averagingDouble(Judged::recall)));
        System.out.println("recall@10 " + means + " by kind " + recall);
        assertThat(means.get("unseen")).isGreaterThanOrEqualTo(0.9);
    }
}
