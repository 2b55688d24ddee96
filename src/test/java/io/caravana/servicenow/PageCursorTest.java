package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.execution.checkpoint.Position;
import io.caravana.execution.run.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PageCursorTest {

    private static final int LIMIT = 3;

    private final PageCursor cursor =
            new PageCursor("incident", EncodedQuery.of("active=true"), List.of(), false, LIMIT);
    private final List<PageRequest> requests = new ArrayList<>();
    private final List<String> received = new ArrayList<>();

    @Test
    void every_page_asks_for_an_order_and_begins_behind_the_last_key() {
        read(keys(8), Set.of());
        assertThat(requests).extracting(PageRequest::query).allMatch(query -> query.endsWith("^ORDERBYsys_id"));
        assertThat(requests.get(1).query()).isEqualTo("active=true^sys_id>k03^ORDERBYsys_id");
        assertThat(requests).extracting(PageRequest::offset).containsOnly(0);
        assertThat(received).containsExactlyElementsOf(keys(8));
        assertThat(verdict().isComplete()).isTrue();
    }

    @Test
    void changes_are_read_in_their_order_and_on_inside_a_second() {
        var changes = PageCursor.ofChanges(
                "incident",
                EncodedQuery.of("active=true^NQpriority=1"),
                "sys_updated_on",
                List.of("sys_id", "sys_updated_on"),
                false,
                PageSize.atMost(1),
                new Position("2026-03-06 12:00:00", "k01"));
        assertThat(changes.next().query())
                .isEqualTo("active=true^sys_updated_on>=2026-03-06 12:00:00"
                        + "^sys_updated_on>2026-03-06 12:00:00^ORsys_id>k01"
                        + "^NQpriority=1^sys_updated_on>=2026-03-06 12:00:00"
                        + "^sys_updated_on>2026-03-06 12:00:00^ORsys_id>k01"
                        + "^ORDERBYsys_updated_on^ORDERBYsys_id");
        changes.fields().value(changes.fields().field("sys_updated_on"));
        var row = SourceRecord.of("k02", "2026-03-06 12:00:00");
        changes.advance(new Page(changes.fields(), List.of(row), 9, 1, null));
        assertThat(changes.next().query()).contains("sys_updated_on>2026-03-06 12:00:00^ORsys_id>k02");
        var unstamped = SourceRecord.of("k03", "");
        assertThatThrownBy(() -> changes.advance(new Page(changes.fields(), List.of(unstamped), 8, 1, null)))
                .isInstanceOf(ServiceNowException.Permanent.class)
                .hasMessageContaining("k03 does not show its sys_updated_on");
    }

    @Test
    void a_table_that_fits_into_one_page_costs_one_request() {
        read(keys(3), Set.of());
        assertThat(requests).hasSize(1);
        assertThat(received).hasSize(3);
    }

    @Test
    void the_count_is_asked_for_only_where_it_may_prove_the_end() {
        read(keys(12), Set.of());
        assertThat(requests).extracting(PageRequest::count).containsExactly(true, false, false, true);
    }

    @Test
    void an_empty_table_is_proven_empty() {
        read(List.of(), Set.of());
        assertThat(requests).hasSize(1);
        assertThat(verdict().isComplete()).isTrue();
    }

    @Test
    void a_short_page_is_not_the_end() {
        read(keys(9), Set.of("k02", "k03"));
        assertThat(received).containsExactly("k01", "k04", "k05", "k06", "k07", "k08", "k09");
        assertThat(verdict().isComplete()).isFalse();
        assertThat(verdict().sourceCount()).isEqualTo(9);
    }

    @Test
    void a_page_hidden_whole_is_stepped_over() {
        read(keys(12), Set.of("k04", "k05", "k06", "k07"));
        assertThat(received).containsExactly("k01", "k02", "k03", "k08", "k09", "k10", "k11", "k12");
        assertThat(verdict().isComplete()).isFalse();
    }

    @Test
    void a_table_hidden_whole_ends() {
        read(keys(8), new TreeSet<>(keys(8)));
        assertThat(received).isEmpty();
        assertThat(requests).hasSizeLessThanOrEqualTo(4);
        assertThat(verdict().isComplete()).isFalse();
    }

    @Test
    void hidden_rows_at_the_end_do_not_stall_the_read() {
        read(keys(7), Set.of("k05", "k06", "k07"));
        assertThat(received).containsExactly("k01", "k02", "k03", "k04");
    }

    @Test
    void rows_that_come_while_the_table_is_read_are_read_too() {
        var rows = new TreeSet<>(keys(4));
        cursor.advance(answer(rows, Set.of()));
        rows.addAll(List.of("k05", "k06", "k07", "k08"));
        read(rows, Set.of());
        assertThat(received).containsExactly("k04", "k05", "k06", "k07", "k08");
    }

    @Test
    void a_source_that_repeats_itself_is_not_read_forever() {
        cursor.advance(page(List.of("k01", "k02", "k03"), 9));
        assertThatThrownBy(() -> cursor.advance(page(List.of("k01", "k02", "k03"), -1)))
                .isInstanceOf(ServiceNowException.Permanent.class)
                .hasMessageContaining("incident")
                .hasMessageContaining("k03");
    }

    @Test
    void a_source_that_alternates_between_two_pages_is_not_read_forever() {
        cursor.advance(page(List.of("k01", "k02", "k03"), 99));
        cursor.advance(page(List.of("k04", "k05", "k06"), -1));
        assertThatThrownBy(() -> cursor.advance(page(List.of("k01", "k02", "k03"), -1)))
                .isInstanceOf(ServiceNowException.Permanent.class)
                .hasMessageContaining("k03 again or out of turn");
    }

    @Test
    void a_page_that_comes_before_the_one_before_is_refused_where_the_order_of_keys_is_beyond_doubt() {
        cursor.advance(page(List.of("5".repeat(32)), 99));
        var earlier = page(List.of("4".repeat(32)), -1);
        assertThatThrownBy(() -> cursor.advance(earlier)).isInstanceOf(ServiceNowException.Permanent.class);
        cursor.advance(page(List.of("Z-1"), -1));
        cursor.advance(page(List.of("a_1"), -1));
        cursor.advance(page(List.of("B.1"), -1));
        assertThat(cursor.next().query()).contains("sys_id>B.1");
    }

    /** By number of rows, cap, hidden keys from and to: what is visible comes, and no more is taken for hidden. */
    @ParameterizedTest
    @CsvSource({
        "2500, 500, 0, 0",
        "2501, 500, 0, 0",
        "2499, 500, 0, 0",
        "2000, 100, 0, 0",
        "2500, 500, 1, 1",
        "2500, 500, 400, 1600",
        "2500, 500, 1, 700",
        "2500, 500, 1, 2499",
        "2500, 500, 1900, 2500",
        "2500, 500, 2499, 2500",
        "2500, 500, 1, 2500",
        "2500, 1000, 900, 2100",
        "1000, 1000, 1000, 1000",
        "300, 150, 100, 299",
        "0, 500, 0, 0"
    })
    void a_server_that_sends_fewer_rows_than_asked_for_is_read_whole(int rows, int cap, int from, int to) {
        var hidden = hidden(from, to);
        source.cap = cap;
        readLarge(rows, hidden);
        var visible = new ArrayList<>(keys(rows));
        visible.removeAll(hidden);
        assertThat(received).containsExactlyElementsOf(visible);
        assertThat(large.read().countBefore()).isEqualTo(rows);
        large.read().countAfter(rows);
        assertThat(large.read().verdict().hidden()).isEqualTo(hidden.size());
        assertThat(requests).hasSizeLessThan(4 + 2 * rows / Math.min(cap, 500) + hidden.size() / 90);
    }

    @Test
    void a_cap_is_learned() {
        source.cap = 500;
        readLarge(5_000, Set.of());
        assertThat(requests)
                .extracting(PageRequest::limit)
                .startsWith(1_000, 1_000, 500)
                .endsWith(500);
        assertThat(requests).hasSize(10);
        assertThat(requests.subList(3, 9)).extracting(PageRequest::count).containsOnly(false);
    }

    @ParameterizedTest
    @CsvSource({"2500, 1000, 0, 0", "2000, 1000, 0, 0", "0, 1000, 0, 0", "2500, 500, 0, 0", "2500, 1000, 900, 2100"})
    void without_its_count_a_page_is_counted_by_the_statistics(int rows, int cap, int from, int to) {
        var hidden = hidden(from, to);
        source.cap = cap;
        source.isCounted = false;
        readLarge(rows, hidden);
        assertThat(received).hasSize(rows - hidden.size());
        assertThat(large.read().countBefore()).isEqualTo(rows);
        assertThat(requests).hasSizeLessThan(12 + hidden.size() / 45);
    }

    @ParameterizedTest
    @CsvSource({
        "2500, 1000, 0, 0",
        "2000, 1000, 0, 0",
        "0, 1000, 0, 0",
        "2500, 500, 0, 0",
        "2500, 1000, 900, 1700",
        "2500, 1000, 2200, 2500",
        "2500, 500, 300, 1000"
    })
    void without_any_count_the_read_ends_and_is_not_proven_complete(int rows, int cap, int from, int to) {
        var hidden = hidden(from, to);
        source.cap = cap;
        source.isCounted = false;
        source.hasStatistics = false;
        readLarge(rows, hidden);
        assertThat(received).hasSize(rows - hidden.size());
        assertThat(requests.stream().filter(PageRequest::isCountOnly)).hasSize(1);
        assertThat(requests).hasSizeLessThan(14 + hidden.size() / 45);
        large.read().countAfter(-1);
        assertThat(large.read().verdict().words()).isEqualTo("not counted");
        assertThat(large.read().verdict().isComplete()).isFalse();
    }

    @Test
    void an_empty_answer_is_asked_for_again_before_rows_are_taken_for_hidden() {
        source.emptyAt = 2;
        readLarge(2_500, Set.of());
        assertThat(received).hasSize(2_500);
        assertThat(requests).hasSize(4);
    }

    @Test
    void a_list_of_fields_that_makes_the_request_long_is_left_out() {
        var many = IntStream.range(0, 300)
                .mapToObj("u_rather_long_name_%03d"::formatted)
                .toList();
        var wide = new PageCursor("u_wide", EncodedQuery.ALL, many, false, 10);
        assertThat(wide.next().fields()).isEmpty();
        assertThat(wide.next().length()).isLessThan(300);
        assertThat(wide.fields().field("u_rather_long_name_007").isWanted()).isTrue();
        assertThat(wide.fields().field("sys_id").isWanted()).isTrue();
        assertThat(wide.fields().field("u_secret").isWanted()).isFalse();
        assertThat(wide.range(wide.checkpoint()).next().fields()).isEmpty();
    }

    @Test
    void a_list_with_fields_of_other_tables_cannot_be_left_out() {
        var many = IntStream.range(0, 300)
                .mapToObj("caller_id.u_long_name_%03d"::formatted)
                .toList();
        var wide = new PageCursor("u_wide", EncodedQuery.ALL, many, false, 10);
        assertThat(wide.next().fields()).hasSize(300);
    }

    @Test
    void a_read_with_a_record_without_key_is_not_complete() {
        var rows = new ArrayList<SourceRecord>();
        rows.add(SourceRecord.of("k01"));
        rows.add(SourceRecord.of((String) null));
        cursor.advance(new Page(cursor.fields(), rows, 2, LIMIT, null));
        assertThat(cursor.isMore()).isFalse();
        assertThat(verdict().isComplete()).isFalse();
    }

    @Test
    void what_is_left_is_split_into_ranges_that_leave_no_key_out() {
        cursor.advance(page(List.of("00", "3a", "3b"), 900));
        var ranges = cursor.split(4).stream().map(range -> range.next().query()).toList();
        assertThat(ranges)
                .containsExactly(
                        "active=true^sys_id<40^sys_id>3b^ORDERBYsys_id",
                        "active=true^sys_id>=40^sys_id<80^sys_id>3b^ORDERBYsys_id",
                        "active=true^sys_id>=80^sys_id<c0^sys_id>3b^ORDERBYsys_id",
                        "active=true^sys_id>=c0^sys_id>3b^ORDERBYsys_id");
    }

    /** Databases differ in whether a capital letter comes before the digits' hexadecimal neighbours, or among them. */
    @ParameterizedTest
    @MethodSource("orders")
    void ranges_have_each_key_once_whatever_the_order_of_the_source(Comparator<String> order) {
        var source = new TreeSet<>(order);
        for (int number = 0; number < 512; number++) {
            var key = "%03x".formatted(number * 8);
            source.add(number % 3 == 0 ? key.toUpperCase(Locale.ROOT) : key);
            source.add(number % 50 == 0 ? "Zone" + number : key + "G");
        }
        for (int firstPage = 1; firstPage < source.size(); firstPage += 37) {
            var whole = new PageCursor("incident", EncodedQuery.ALL, List.of(), false, firstPage);
            var came = new ArrayList<String>();
            carry(whole, source, came);
            for (var range : whole.split(16)) {
                while (range.isMore()) {
                    carry(range, source, came);
                }
            }
            assertThat(came).as("first page of %d", firstPage).containsExactlyInAnyOrderElementsOf(source);
        }
    }

    /** Such a pair is passed over where a page ends between them: its second row must be missed then, and the reason told. */
    @Test
    void keys_that_differ_by_case_alone_are_read_or_asked_for_in_the_end() {
        var pairs = Stream.of("k1", "k2", "k3", "k4", "k5")
                .flatMap(key -> Stream.of(key, key.toUpperCase(Locale.ROOT)))
                .toList();
        for (int limit = 1; limit <= pairs.size(); limit++) {
            for (var order : List.of(String.CASE_INSENSITIVE_ORDER, Comparator.<String>naturalOrder())) {
                var source = pairs.stream().sorted(order).toList();
                var reader = new PageCursor("incident", EncodedQuery.ALL, List.of(), false, limit);
                var came = new ArrayList<String>();
                while (reader.isMore()) {
                    carry(reader, source, order, came);
                }
                reader.read().countAfter(source.size());
                var missed = reader.read().verdict();
                assertThat(missed.hidden()).as("pages of %d", limit).isEqualTo(source.size() - came.size());
                assertThat(missed.isComplete()).isEqualTo(came.size() == source.size());
                if (!missed.isComplete()) {
                    assertThat(order).isEqualTo(String.CASE_INSENSITIVE_ORDER);
                    passedOver(reader.read(), source, order, came);
                }
                assertThat(reader.read().verdict().isComplete())
                        .as("pages of %d", limit)
                        .isTrue();
                assertThat(came).containsExactlyInAnyOrderElementsOf(pairs);
            }
        }
    }

    @Test
    void a_page_that_ends_at_a_key_as_servicenow_makes_them_has_no_odd_border() {
        cursor.advance(page(List.of("1".repeat(32), "2".repeat(32), "3".repeat(32)), 900));
        assertThat(cursor.read().oddKeys()).isEmpty();
    }

    private static Stream<Comparator<String>> orders() {
        return Stream.of(Comparator.naturalOrder(), String.CASE_INSENSITIVE_ORDER);
    }

    private static void carry(PageCursor reader, TreeSet<String> source, List<String> came) {
        carry(reader, source, source.comparator(), came);
    }

    private static void carry(
            PageCursor reader, Collection<String> source, Comparator<? super String> order, List<String> came) {
        var request = reader.next();
        var matching = source.stream()
                .filter(key -> meets(key, request.query(), order))
                .toList();
        var keys = matching.stream().limit(request.limit()).toList();
        came.addAll(keys);
        reader.advance(new Page(
                reader.fields(),
                keys.stream().map(key -> SourceRecord.of(key)).toList(),
                request.count() ? matching.size() : -1,
                request.limit(),
                null));
    }

    private static void passedOver(
            TableRead read, List<String> source, Comparator<? super String> order, List<String> came) {
        var keys = read.oddKeys();
        assertThat(came).containsAll(keys);
        var query = EncodedQuery.ALL.and("sys_id", "IN", String.join(",", keys));
        var cursor = new PageCursor("incident", query, List.of(), false, 100).dropping(keys, -1);
        var request = cursor.next();
        assertThat(request.query()).startsWith("sys_idIN");
        var equal = source.stream()
                .filter(key -> keys.stream().anyMatch(odd -> order.compare(odd, key) == 0))
                .map(key -> SourceRecord.of(key))
                .toList();
        var page = cursor.take(request, equal, equal.size());
        assertThat(cursor.behind(page).part()).isEqualTo(-1);
        cursor.advance(page);
        assertThat(cursor.isMore()).isFalse();
        came.addAll(page.keys());
        read.add(cursor.read());
    }

    private static boolean meets(String key, String query, Comparator<? super String> order) {
        return Pattern.compile("sys_id(>=|>|<)([^^]+)").matcher(query).results().allMatch(condition -> {
            var compared = order.compare(key, condition.group(2));
            return switch (condition.group(1)) {
                case ">=" -> compared >= 0;
                case ">" -> compared > 0;
                default -> compared < 0;
            };
        });
    }

    @Test
    void a_page_that_cannot_be_had_is_asked_for_with_fewer_rows_down_to_a_key() {
        assertThat(cursor.next().limit()).isEqualTo(3);
        cursor.shrink("too slow");
        assertThat(cursor.next().limit()).isEqualTo(1);
        assertThat(cursor.unreadable()).isNull();
        cursor.shrink("too slow");
        cursor.shrink("too slow");
        assertThat(cursor.next().fields()).containsExactly("sys_id");
        assertThat(cursor.unreadable()).isEqualTo("too slow");
        cursor.advance(new Page(cursor.fields(), List.of(SourceRecord.of("k01")), 9, 1, cursor.unreadable()));
        assertThat(cursor.next().fields()).isEmpty();
        assertThat(cursor.next().query()).contains("sys_id>k01");
    }

    @Test
    void a_read_in_which_rows_came_and_went_is_not_complete() {
        read(keys(8), Set.of());
        cursor.read().countAfter(9);
        assertThat(cursor.read().verdict().words()).isEqualTo("changed while reading");
        cursor.read().countAfter(7);
        assertThat(cursor.read().verdict().words()).isEqualTo("changed while reading");
    }

    /** A source that has more rows than a page, as it answers one request after the other. */
    private static final class Source {
        private int cap = Integer.MAX_VALUE;
        private boolean isCounted = true;
        private boolean hasStatistics = true;
        private int emptyAt;
    }

    private final Source source = new Source();
    private final PageCursor large = new PageCursor("incident", EncodedQuery.ALL, List.of(), false, 1_000);

    /** Reads as the route {@code fetch-page} does. */
    private void readLarge(int rows, Set<String> hidden) {
        var keys = new TreeSet<>(keys(rows));
        while (large.isMore()) {
            Page page;
            do {
                page = ask(keys, hidden);
                assertThat(requests).as("requests").hasSizeLessThan(200);
            } while (large.isUnsettled());
            page.keys().forEach(received::add);
            large.advance(page);
        }
    }

    private Page ask(TreeSet<String> keys, Set<String> hidden) {
        var request = large.next();
        requests.add(request);
        var matching = keys.tailSet(after(request), false);
        if (request.isCountOnly()) {
            return source.hasStatistics ? large.counted(matching.size()) : refused();
        }
        var ordered = request.query().contains("ORDERBYDESC") ? matching.descendingSet() : matching;
        var answer = ordered.stream()
                .skip(request.offset())
                .limit(requests.size() == source.emptyAt ? 0 : Math.min(request.limit(), source.cap))
                .filter(key -> !hidden.contains(key))
                .map(SourceRecord::of)
                .toList();
        if (!large.isCounting()) {
            large.answered(answer.size(), 1, Duration.ofSeconds(5).toNanos());
        }
        return large.take(request, answer, request.count() && source.isCounted ? matching.size() : -1);
    }

    private Page refused() {
        assertThat(large.read().countFailed(true)).isTrue();
        return null;
    }

    private Verdict verdict() {
        cursor.read().countAfter(cursor.read().countBefore());
        return cursor.read().verdict();
    }

    private void read(Iterable<String> source, Set<String> hidden) {
        var rows = new TreeSet<String>();
        source.forEach(rows::add);
        while (cursor.isMore()) {
            var page = answer(rows, hidden);
            page.records().forEach(row -> received.add(row.sysId()));
            cursor.advance(page);
            assertThat(requests).as("requests").hasSizeLessThan(50);
        }
    }

    /** Answers as ServiceNow does: the limit first, then what is hidden is taken out; the count knows nothing of it. */
    private Page answer(TreeSet<String> rows, Set<String> hidden) {
        var request = cursor.next();
        requests.add(request);
        var matching =
                rows.stream().filter(key -> key.compareTo(after(request)) > 0).toList();
        var visible = matching.stream()
                .skip(request.offset())
                .limit(request.limit())
                .filter(key -> !hidden.contains(key))
                .toList();
        return page(visible, request.count() ? matching.size() : -1);
    }

    private static String after(PageRequest request) {
        var query = request.query();
        var from = query.indexOf("sys_id>");
        return from < 0 ? "" : query.substring(from + 7).replaceFirst("\\^.*", "");
    }

    private Page page(List<String> keys, long total) {
        var rows = keys.stream().map(key -> SourceRecord.of(key)).toList();
        return new Page(cursor.fields(), rows, total, LIMIT, null);
    }

    private static List<String> keys(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> count < 100 ? "k%02d".formatted(number) : key(number))
                .toList();
    }

    private static Set<String> hidden(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .filter(number -> number > 0)
                .mapToObj(PageCursorTest::key)
                .collect(Collectors.toSet());
    }

    private static String key(int number) {
        return "k%04d".formatted(number);
    }
}
