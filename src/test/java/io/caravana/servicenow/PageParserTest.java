package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JacksonException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageParserTest {

    private final Fields fields = new Fields();

    @Test
    void raw_values_and_references_are_flattened() throws IOException {
        var rows = parse("""
                {"result":[{"sys_id":"a1","state":"7","due_date":"",
                  "caller_id":{"link":"https://x/api/now/table/sys_user/u1","value":"u1"}}]}""");
        assertThat(rows).containsExactly(Map.of("sys_id", "a1", "state", "7", "due_date", "", "caller_id", "u1"));
    }

    @Test
    void of_an_answer_with_all_fields_only_those_wanted_are_kept() throws IOException {
        fields.only(List.of("state"));
        assertThat(
                        parse(
                                "{\"result\":[{\"u_secret\":\"x\",\"sys_id\":\"a1\",\"state\":\"7\",\"caller_id\":{\"value\":\"u1\"},\"u_list\":[1]}]}"))
                .containsExactly(Map.of("sys_id", "a1", "state", "7"));
    }

    @Test
    void statistics_tell_a_count_or_are_broken() throws IOException {
        assertThat(count("{\"result\":{\"stats\":{\"count\":\"2500\"}}}")).isEqualTo(2_500);
        for (var broken : List.of(
                "{\"result\":{\"stats\":{}}}", "{\"result\":[]}", "{\"result\":{\"stats\":{\"count\":\"many\"}}}")) {
            assertThatThrownBy(() -> count(broken)).isInstanceOf(PageParser.BrokenAnswer.class);
        }
    }

    private static long count(String answer) throws IOException {
        return PageParser.count(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_reference_without_its_link_is_its_value() throws IOException {
        assertThat(parse("{\"result\":[{\"sys_id\":\"a1\",\"sys_domain\":\"global\"}]}"))
                .containsExactly(Map.of("sys_id", "a1", "sys_domain", "global"));
    }

    @Test
    void display_values_stand_beside_the_raw_ones() throws IOException {
        var rows = parse("""
                {"result":[{"sys_id":{"display_value":"a1","value":"a1"},
                  "state":{"display_value":"Closed","value":"7"},
                  "close_code":{"display_value":null,"value":""},
                  "caller_id":{"display_value":"Fred","link":"https://x","value":"u1"}}]}""");
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0))
                .containsEntry("sys_id", "a1")
                .containsEntry("state", "7")
                .containsEntry("dv_state", "Closed")
                .containsEntry("close_code", "")
                .containsEntry("dv_close_code", "")
                .containsEntry("caller_id", "u1")
                .containsEntry("dv_caller_id", "Fred")
                .doesNotContainKey("dv_caller_id.link");
    }

    @Test
    void in_display_mode_true_a_reference_has_only_its_display_value() throws IOException {
        assertThat(parse(
                        "{\"result\":[{\"sys_id\":\"a1\",\"caller_id\":{\"display_value\":\"Fred\",\"link\":\"x\"}}]}"))
                .containsExactly(Map.of("sys_id", "a1", "dv_caller_id", "Fred"));
    }

    @Test
    void a_field_that_a_record_does_not_have_is_told_from_an_empty_one() throws IOException {
        assertThat(parse("{\"result\":[{\"sys_id\":\"a1\",\"x\":\"\"},{\"sys_id\":\"a2\"}]}"))
                .containsExactly(Map.of("sys_id", "a1", "x", ""), Map.of("sys_id", "a2"));
    }

    @Test
    void texts_come_through_as_they_are() throws IOException {
        assertThat(parse("{\"result\":[{\"sys_id\":\"a1\",\"x\":\"l\\u00e1 \\ud83d\\ude00 \\\"q\\\"\\n\\\\\"}]}"))
                .containsExactly(Map.of("sys_id", "a1", "x", "lá 😀 \"q\"\n\\"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "\ud83d", "\ude00\ud83d", "é\ud83d!"})
    void what_utf_8_cannot_carry_or_postgresql_not_store_is_kept_as_it_was(String text) throws IOException {
        var escaped = new StringBuilder();
        text.chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
        var row = records("{\"result\":[{\"sys_id\":\"a1\",\"x\":\"" + escaped
                + "\",\"y\":\"é\"},{\"sys_id\":\"a2\",\"x\":\"1\"}]}");
        assertThat(row.get(0).value(1)).isEqualTo(text);
        assertThat(row.get(0).isStrange(1)).isTrue();
        assertThat(row.get(0).isStrange(2)).isFalse();
        assertThat(row.get(1).isStrange(1)).isFalse();
        assertThat(row.get(1).value(1)).isEqualTo("1");
    }

    @Test
    void of_a_field_that_comes_twice_the_later_value_counts() throws IOException {
        assertThat(parse("{\"result\":[{\"sys_id\":\"a1\",\"x\":\"\\u0000\",\"y\":\"2\",\"x\":\"later\"}]}"))
                .containsExactly(Map.of("sys_id", "a1", "x", "later", "y", "2"));
    }

    @Test
    void a_record_may_be_long_and_have_many_fields_in_any_order() throws IOException {
        var expected = new HashMap<String, String>();
        var members = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            var text = (i % 2 == 0 ? "ç" : "c").repeat(i * 40);
            expected.put("f" + i, text);
            members.add("\"f%d\":\"%s\"".formatted(i, text));
        }
        var forth = String.join(",", members);
        Collections.reverse(members);
        var back = String.join(",", members);
        assertThat(parse("{\"result\":[{%s},{\"f299\":\"\"},{%s}]}".formatted(forth, back)))
                .containsExactly(expected, Map.of("f299", ""), expected);
    }

    @Test
    void an_empty_result_is_a_page_without_records() throws IOException {
        assertThat(parse("{\"result\":[]}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"result\":[{\"sys_id\":\"a1\"},\"\"],\"error\":{\"message\":\"Transaction cancelled: maximum execution time exceeded\",\"detail\":\"\"},\"status\":\"failure\"}",
                "{\"result\":[{\"sys_id\":\"a1\"}],\"status\":\"failure\"}",
                "{\"error\":{\"message\":\"Transaction cancelled\",\"detail\":null},\"status\":\"failure\"}",
                "{\"result\":[{\"sys_id\":\"a1\"},\"x\"]}",
                "{\"result\":[{\"sys_id\":\"a1\"}]",
                "{\"result\":[{\"sys_id\":\"a1\"}",
                "{\"result\":[{\"sys_id\":\"a",
                "{\"result\":[{\"sys_id\":\"a1\"}]}{\"result\":[]}",
                "{\"result\":{\"sys_id\":\"a1\"}}",
                "{}",
                "[]",
                ""
            })
    void what_is_not_a_whole_page_is_not_a_page(String body) {
        assertThatThrownBy(() -> parse(body)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"result\":[{\"sys_id\":\"a1\",\"x\":\"}\"\"],\"error\":{\"message\":\"Transaction cancelled\"}}",
                "{\"result\":[{\"sys_id\":\"a1\"},]}",
                "<html><body>Sign in</body></html>"
            })
    void what_is_not_json_is_not_a_page(String body) {
        assertThatThrownBy(() -> parse(body)).isInstanceOf(JacksonException.class);
    }

    @Test
    void the_error_of_a_broken_answer_is_said_in_servicenows_words() {
        assertThatThrownBy(
                        () -> parse(
                                "{\"error\":{\"message\":\"Transaction cancelled\",\"detail\":\"maximum execution time exceeded\"},\"status\":\"failure\"}"))
                .hasMessageContaining("Transaction cancelled: maximum execution time exceeded");
    }

    private List<Map<String, String>> parse(String body) throws IOException {
        return records(body).stream().map(this::map).toList();
    }

    private List<SourceRecord> records(String body) throws IOException {
        return PageParser.parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)), fields);
    }

    private Map<String, String> map(SourceRecord row) {
        var map = new HashMap<String, String>();
        for (int place = 0; place < fields.names().size(); place++) {
            if (row.value(place) != null) {
                map.put(fields.names().get(place), row.value(place));
            }
        }
        return map;
    }
}
