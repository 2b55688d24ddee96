package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.settings.Similar;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryFieldsTest {

    @ParameterizedTest(name = "{0} names {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            active=true                                              | active
            active!=true                                             | active
            state>1^state>=2^state<7^state<=6                        | state
            stateIN1,2^priorityNOT IN4,5                             | state priority
            numberSTARTSWITHINC^numberENDSWITH7                      | number
            short_descriptionLIKEsap^short_descriptionNOT LIKEvpn    | short_description
            short_descriptionCONTAINSsap^numberDOES NOT CONTAIN7     | short_description number
            active=true^NQstate=7^ORpriority=1                       | active state priority
            resolved_atISEMPTY^closed_atISNOTEMPTY^stateANYTHING     | resolved_at closed_at state
            opened_bySAMEAScaller_id                                 | opened_by caller_id
            opened_byNSAMEAScaller_id^due_dateGT_FIELDopened_at      | opened_by caller_id due_date opened_at
            reassignment_countBETWEEN9@10                            | reassignment_count
            assignment_group.manager.name=Ana^u_x2IN7                | assignment_group.manager.name u_x2
            opened_at>=javascript:gs.dateGenerate('2025-01-20','00:00:00') | opened_at
            opened_at>javascript:if(a<b){gs.now()}^state=1           | opened_at state
            opened_atBETWEENjavascript:gs.daysAgoStart(7)@javascript:gs.daysAgoEnd(1) | opened_at
            opened_atONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday() | opened_at
            opened_atNOTONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday() | opened_at
            opened_atDATEPARTMonday@javascript:gs.datePart('dayofweek','monday','EE') | opened_at
            opened_atRELATIVEGT@hour@ago@2                           | opened_at
            short_description=state IN 7 ISEMPTY LIKE ORDERBYnumber  | short_description
            short_descriptionLIKENOT IN                              | short_description
            state=                                                   | state
            active=true^ORDERBYnumber^ORDERBYDESCopened_at           | active number opened_at
            ORDERBYcaller_id.name                                    | caller_id.name
            active=true^EQ                                           | active
            active=true^EQ^NQstate=7^EQ                              | active state
            """)
    void a_query_names(String query, String fields) {
        assertThat(EncodedQuery.fieldsOf(query)).containsExactlyInAnyOrder(fields.split(" "));
    }

    @Test
    void no_query_names_no_field() {
        assertThat(EncodedQuery.fieldsOf("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stateRESEMBLES1",
                "state",
                "state is 1",
                "activeISEMPTYtrue",
                "reassignment_countBETWEEN9",
                "opened_atONToday",
                "active=true^",
                "active=true^^state=1",
                "active=true^NQ",
                "active=true^OR",
                "ORactive=true",
                "NQactive=true",
                "ORDERBYnumber^ORactive=true",
                "Active=true",
                "=true",
                "caller_id.=1",
                ".name=1",
                "opened_bySAMEAS",
                "opened_bySAMEASCaller",
                "ORDERBY",
                "123TEXTQUERY321=vpn",
                "active=true^GROUPBYstate",
                "short_descriptionLIKEone^two"
            })
    void a_part_that_servicenow_would_leave_out_is_named(String query) {
        assertThatThrownBy(() -> EncodedQuery.fieldsOf(query))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the part '")
                .hasMessageContaining("ServiceNow would leave it out");
    }

    @Test
    void the_end_that_a_list_writes_is_not_sent_where_a_condition_follows() {
        assertThat(EncodedQuery.of("active=true^EQ^NQstate=7^EQ")
                        .and("sys_id", ">", "x")
                        .text())
                .isEqualTo("active=true^sys_id>x^NQstate=7^sys_id>x");
    }

    @Test
    void a_name_is_guessed_only_where_it_is_near() {
        var known = List.of("opened_at", "opened_by", "state", "priority");
        assertThat(Similar.nearest("opend_at", known)).hasValue("opened_at");
        assertThat(Similar.nearest("stat", known)).hasValue("state");
        assertThat(Similar.nearest("short_description", known)).isEmpty();
        assertThat(Similar.nearest("x", List.of())).isEmpty();
    }
}
