package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.settings.Similar;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
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
            active=true^ORDERBYnumber^ORDERBYDESCopened_at           | active
            active=true^GROUPBYstate^TRENDBYopened_at,month          | active
            number*1^numberNOTLIKE2^number!*3^number%4               | number
            short_description=x^^y^number=1^^^state=1                | short_description number state
            short_descriptionLIKEx^^NQy^NQstate=1                    | short_description state
            123TEXTQUERY321=vpn^active=true                          | active
            active=true^RLQUERYtask_sla.task,>=1^has_breached=true^sla.nameISNOTEMPTY^ENDRLQUERY^state=1 | active task_sla:task task_sla:has_breached task_sla:sla.name state
            RLQUERYtask_ci.task,=0,m2m^ENDRLQUERY                    | task_ci:task
            RLQUERYtask_sla.task,>0^stage=a^NQstage=b^ENDRLQUERY     | task_sla:task task_sla:stage
            SUBQUERYassigned_to,sys_id,sys_user^active=true^ENDSUBQUERY^SUBQUERYopened_by,sys_id,sys_user^ENDSUBQUERY | assigned_to sys_user:sys_id sys_user:active opened_by
            active=true^EQ                                           | active
            active=true^EQ^NQstate=7^EQ                              | active state
            """)
    void a_query_names(String query, String fields) {
        assertThat(EncodedQuery.fieldsOf(query))
                .extracting(field -> field.table().isEmpty() ? field.name() : field.table() + ":" + field.name())
                .containsExactlyInAnyOrder(fields.split(" "));
    }

    @Test
    void no_query_names_no_field() {
        assertThat(EncodedQuery.fieldsOf("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "active=true^",
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
                "123TEXTQUERY321=",
                "RLQUERYtask_sla.task,>0^Stage=1^ENDRLQUERY"
            })
    void a_part_that_servicenow_would_leave_out_is_named(String query) {
        assertThatThrownBy(() -> EncodedQuery.fieldsOf(query))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the part '")
                .hasMessageContaining("ServiceNow would leave it out");
    }

    @ParameterizedTest(name = "{0} is not supported: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            stateRESEMBLES1                                         | 'RESEMBLES1' begins with no operator
            state is 1                                              | ' is 1' begins with no operator
            state                                                   | it has no operator
            activeISEMPTYtrue                                       | 'ISEMPTYtrue' begins with no operator
            reassignment_countBETWEEN9                              | 'BETWEEN9' begins with no operator
            opened_atONToday                                        | 'ONToday' begins with no operator
            short_descriptionLIKEone^two                            | it has no operator
            short_descriptionLIKEone^two^^                          | '^^' begins with no operator
            active=true^stateVALCHANGES                             | a row does not tell what it was before
            stateCHANGESFROM1                                       | a row does not tell what it was before
            JOINtask.assigned_to=sys_user.sys_id!active=true        | RLQUERY and SUBQUERY are, JOIN is not
            assigned_toSUBQUERYsys_id,sys_user,active=true^ENDSUBQUERY | it is written as SUBQUERYassigned_to,sys_id,
            SUBQUERYassigned_to,sys_user^ENDSUBQUERY                | it is written as SUBQUERYassigned_to,sys_id,
            active=true^RLQUERYtask_sla.task,>0^stage=1             | it is written as RLQUERYtask_sla.task,
            active=true^RLQUERYtask_sla,>0^ENDRLQUERY               | it is written as RLQUERYtask_sla.task,
            active=true^ORRLQUERYtask_sla.task,>0^ENDRLQUERY        | RLQUERY goes neither with an ^OR before it nor with ^NQ
            active=true^RLQUERYtask_sla.task,>0^ENDRLQUERY^NQstate=1 | RLQUERY goes neither with an ^OR before it nor with ^NQ
            RLQUERYa.b,>0^ENDRLQUERY^RLQUERYc.d,>0^ENDRLQUERY       | ServiceNow takes one RLQUERY
            RLQUERYa.b,>0^SUBQUERYc,d,e^ENDSUBQUERY^ENDRLQUERY      | SUBQUERY cannot stand inside a query about other records
            active=true^NQ123TEXTQUERY321=vpn                       | 123TEXTQUERY321 goes neither with an ^OR before it nor with ^NQ
            """)
    void a_part_that_is_not_known_is_not_called_wrong(String query, String why) {
        assertThatThrownBy(() -> EncodedQuery.fieldsOf(query))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the part '")
                .hasMessageContaining("' is not supported here: " + why);
    }

    /** Filters as people copy them from lists; then what is sent, with the read's own condition at {k}, or why nothing is. */
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/cases/filters.csv", delimiter = '|', quoteCharacter = '`')
    void a_filter_that_people_have_is_sent_or_is_not_supported_in_words_that_are_true(String filter, String sent) {
        if (sent.startsWith("not supported here")) {
            assertThatThrownBy(() -> EncodedQuery.fieldsOf(filter)).hasMessageContaining(sent);
        } else {
            EncodedQuery.fieldsOf(filter);
            assertThat(EncodedQuery.of(filter).and("sys_id", ">", "k").text())
                    .isEqualTo(sent.replace("{k}", "^sys_id>k"));
        }
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
