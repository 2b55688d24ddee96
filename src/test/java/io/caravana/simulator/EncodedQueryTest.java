package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedQueryTest {
    private static Simulator simulator;
    private static Client client;

    @BeforeAll
    static void three_incidents() {
        simulator = Desk.empty();
        client = new Client(simulator);
        simulator.put("sys_user_group", Map.of("sys_id", "g1", "name", "Vita Redes"));
        simulator.put("sys_user_group", Map.of("sys_id", "g2", "name", "Banco"));
        simulator.put("task_sla", Map.of("sys_id", "s1", "task", "a1", "stage", "completed"));
        simulator.put("task_sla", Map.of("sys_id", "s2", "task", "a2", "stage", "paused"));
        Desk.incident(
                simulator,
                "a1",
                "number",
                "INC1",
                "state",
                "1",
                "active",
                "true",
                "assignment_group",
                "g1",
                "opened_at",
                "2025-01-20 02:59:59",
                "reassignment_count",
                "9",
                "short_description",
                "Não abre o SAP");
        Desk.incident(
                simulator,
                "a2",
                "number",
                "INC2",
                "state",
                "2",
                "active",
                "false",
                "assignment_group",
                "g2",
                "opened_at",
                "2025-01-20 03:00:00",
                "reassignment_count",
                "10",
                "short_description",
                "sap LENTO",
                "opened_by",
                "u1",
                "caller_id",
                "u1");
        Desk.incident(
                simulator,
                "a3",
                "number",
                "INC3",
                "state",
                "7",
                "opened_at",
                "2025-01-21 12:00:00",
                "short_description",
                "VPN",
                "opened_by",
                "u2",
                "caller_id",
                "u1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "assigned_toDYNAMIC90d1921e5f510100a9ad2572f2b477fe",
                "opened_atRELATIVEGE@dayofweek@ago@30",
                "JOINincident.assigned_to=sys_user.sys_id!active=true",
                "state=1^RLQUERYnothing.task,>0^ENDRLQUERY"
            })
    void what_is_not_evaluated_is_refused_and_not_dropped(String query) throws IOException, InterruptedException {
        var answer = client.get("/api/now/table/incident", "sysparm_query", query);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("The simulator does not evaluate the part ");
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    @ParameterizedTest(name = "{0} gives {1}")
    @CsvSource(delimiter = '|', textBlock = """
            state=1                                        | a1
            state!=1                                       | a2 a3
            state>1                                        | a2 a3
            state>=2                                       | a2 a3
            state<7                                        | a1 a2
            state<=1                                       | a1
            stateIN1,7                                     | a1 a3
            stateNOT IN1,7                                 | a2
            active!=true                                   | a2 a3
            active=                                        | a3
            activeISEMPTY                                  | a3
            activeISNOTEMPTY                               | a1 a2
            stateANYTHING                                  | a1 a2 a3
            short_descriptionLIKEsap                       | a1 a2
            short_descriptionCONTAINSsap                   | a1 a2
            short_descriptionNOT LIKEsap                   | a3
            short_descriptionSTARTSWITHNÃO                 | a1
            short_descriptionENDSWITHlento                 | a2
            short_description=vpn                          | a3
            reassignment_count>9                           | a2
            reassignment_countBETWEEN9@10                  | a1 a2
            opened_atBETWEEN2025-01-20 00:00:00@2025-01-20 23:59:59 | a1 a2
            opened_at>=2025-01-21                          | a3
            opened_bySAMEAScaller_id                       | a1 a2
            opened_at>=javascript:gs.dateGenerate('2025-01-20','00:00:00') | a2 a3
            opened_at<=javascript:gs.dateGenerate('2025-01-20','end')      | a1 a2
            assignment_group=g1                            | a1
            assignment_group!=g1                           | a2 a3
            assignment_groupSTARTSWITHvita                 | a1
            assignment_groupLIKEg1                         | ''
            assignment_group.name=banco                    | a2
            sys_id>a1                                      | a2 a3
            sys_idINa1,a3                                  | a1 a3
            sys_idBETWEENa2@a9^state=7                     | a3
            active=true^ORstate=2                          | a1 a2
            short_descriptionLIKEsap^state=7^ORstate=2     | a2
            state=1^short_descriptionLIKEvpn^NQstate=7     | a3
            state=1^NQstate=7^NQsys_id=a2                  | a1 a2 a3
            typo=1                                         | a1 a2 a3
            typo=1^state=7                                 | a3
            state=1^typo=x^ORstate=7                       | ''
            stateRESEMBLES1^state=2                        | a2
            opened_at>javascript:new Date()^state=1        | a1
            assignment_group.typo=1^state=1                | a1
            state=7^EQ                                     | a3
            short_descriptionNOTLIKEsap                    | a3
            short_description!*sap                         | a3
            short_description*sap                          | a1 a2
            short_description%lento                        | a2
            short_descriptionMATCH_PATn*sap                | a1
            short_descriptionMATCH_RGX.*sap.*              | a1 a2
            short_description=VP^^N                        | ''
            short_description=VPN^^^NQstate=1              | a1
            123TEXTQUERY321=lento^state=2                  | a2
            RLQUERYtask_sla.task,>0^ENDRLQUERY             | a1 a2
            RLQUERYtask_sla.task,>=1^stage=paused^ENDRLQUERY^state=2 | a2
            RLQUERYtask_sla.task,=0^ENDRLQUERY             | a3
            SUBQUERYassignment_group,sys_id,sys_user_group^nameSTARTSWITHvita^ENDSUBQUERY | a1
            state=7^GROUPBYnumber^TRENDBYopened_at,month   | a3
            sys_id=a1^ORsys_id>a2                          | a1 a3
            sys_class_nameINSTANCEOFtask                   | a1 a2 a3
            """)
    void a_query_gives(String query, String expected) throws IOException, InterruptedException {
        var ids = expected.isEmpty() ? List.of() : List.of(expected.split(" "));

        assertThat(client.column("sys_id", "incident", query + "^ORDERBYsys_id"))
                .isEqualTo(ids);
    }

    @ParameterizedTest(name = "{0} comes as {1}")
    @CsvSource(delimiter = '|', textBlock = """
            ORDERBYnumber                          | a1 a2 a3
            ORDERBYDESCnumber                      | a3 a2 a1
            ORDERBYDESCnumber^stateIN1,2           | a2 a1
            stateIN1,2^ORDERBYDESCsys_id           | a2 a1
            ORDERBYassignment_group                | a3 a2 a1
            ORDERBYDESCreassignment_count          | a2 a1 a3
            ORDERBYtypo^ORDERBYDESCopened_at       | a3 a2 a1
            sys_id>a1^state>1^NQsys_id=a1^ORDERBYsys_updated_on^ORDERBYsys_id | a1 a2 a3
            """)
    void an_order_anywhere_in_the_query_holds(String query, String expected) throws IOException, InterruptedException {
        assertThat(client.column("sys_id", "incident", query)).containsExactly(expected.split(" "));
    }

    @Test
    void pairs_of_field_and_value_take_display_values() throws IOException, InterruptedException {
        assertThat(client.result("/api/now/table/incident", "state", "Closed", "sysparm_fields", "sys_id")
                        .toString())
                .isEqualTo("[{\"sys_id\":\"a3\"}]");
        assertThat(client.result("/api/now/table/incident", "assignment_group", "Banco", "sysparm_fields", "sys_id")
                        .toString())
                .isEqualTo("[{\"sys_id\":\"a2\"}]");
    }
}
