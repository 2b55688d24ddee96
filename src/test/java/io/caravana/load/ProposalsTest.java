package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.replica.RowScope;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.workload.Proposals;
import io.caravana.workload.Proposals.NotPossible;
import io.caravana.workload.Proposals.Proposal;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Writes to the engine: proposed by one operator, approved by another, sent once or not at all. */
class ProposalsTest extends FollowedPlan {

    @Autowired
    private Proposals proposals;

    private String job;

    @BeforeEach
    void a_job_has_failed() {
        job = failedJob(null);
        simulator.clearRequests();
    }

    @Test
    void an_approved_rerun_is_sent_once_with_the_tickets_number() {
        var proposal = propose();
        assertThat(proposal.content().path("state").asText()).isEqualTo("failed");
        var done = approve(proposal, "bruno");
        assertThat(done.state()).as(done.outcome()).isEqualTo("done");
        assertThat(done.decidedBy()).isEqualTo("bruno");
        assertThat(puts()).isEqualTo(1);
        assertThat(simulator.justifications(job))
                .last()
                .asString()
                .isEqualTo("rerun: Caravana | Asked by ana, approved by bruno: disco ampliado | INC0010001");
        assertThatThrownBy(() -> approve(proposal, "carla"))
                .isInstanceOf(NotPossible.class)
                .hasMessageContaining("not open: done");
        assertThat(puts()).isEqualTo(1);
    }

    @Test
    void nobody_approves_their_own_or_what_they_have_not_read() {
        var proposal = propose();
        assertThatThrownBy(() -> approve(proposal, "ana")).hasMessageContaining("another operator");
        assertThatThrownBy(() -> approve(proposal, "")).hasMessageContaining("another operator");
        assertThatThrownBy(() -> proposals.approve(proposal.id(), "0".repeat(64), "bruno", RowScope.EVERYTHING))
                .hasMessageContaining("read it again");
        assertThat(puts()).isZero();
        assertThat(proposals.reject(proposal.id(), "bruno", RowScope.EVERYTHING).state())
                .isEqualTo("rejected");
        assertThatThrownBy(() -> approve(proposal, "bruno")).hasMessageContaining("not open: rejected");
    }

    @Test
    void of_many_who_approve_at_once_one_does() throws Exception {
        var proposal = propose();
        var threads = Executors.newFixedThreadPool(8);
        var tried = IntStream.range(0, 8)
                .mapToObj(number -> threads.submit(() -> approve(proposal, "operator" + number)))
                .toList();
        var done = 0;
        for (Future<Proposal> one : tried) {
            try {
                done += one.get().state().equals("done") ? 1 : 0;
            } catch (java.util.concurrent.ExecutionException refused) {
                assertThat(refused).hasCauseInstanceOf(NotPossible.class);
            }
        }
        threads.shutdown();
        assertThat(done).isEqualTo(1);
        assertThat(puts()).isEqualTo(1);
    }

    @Test
    void a_job_that_has_run_again_meanwhile_is_left_alone() {
        var proposal = propose();
        watch.pass(Duration.ofHours(3));
        var outdated = approve(proposal, "bruno");
        assertThat(outdated.state()).isEqualTo("outdated");
        assertThat(outdated.outcome()).isEqualTo("the job has run again meanwhile");
        assertThat(puts()).isZero();
    }

    @Test
    void an_expired_proposal_is_not_approved() {
        var proposal = propose();
        jdbc.sql("UPDATE caravana.proposal SET expires_at = now() - interval '1 second' WHERE id = ?")
                .param(proposal.id())
                .update();
        assertThatThrownBy(() -> approve(proposal, "bruno")).hasMessageContaining("not open: expired");
        assertThat(puts()).isZero();
    }

    @Test
    void an_answer_that_is_lost_is_unknown_and_nothing_is_sent_again() {
        var proposal = propose();
        simulator.faults().add(Fault.of(Kind.RESET_AFTER_STATUS).on("workload").at(2));
        var lost = approve(proposal, "bruno");
        assertThat(lost.state()).as(lost.outcome()).isIn("unknown", "done");
        simulator.faults().clear();
        var next = nextFailed(proposal);
        simulator.faults().add(Fault.of(Kind.RESET).on("workload").at(2));
        var reset = approve(next, "bruno");
        assertThat(reset.state()).as(reset.outcome()).isEqualTo("unknown");
        simulator.faults().clear();
        assertThatThrownBy(() -> approve(next, "carla")).hasMessageContaining("not open: unknown");
    }

    @Test
    void a_process_that_dies_between_request_and_answer_leaves_it_unknown() {
        var proposal = propose();
        jdbc.sql(
                        "UPDATE caravana.proposal SET state = 'sent', decided_by = 'bruno', decided_at = now() - interval '6 minutes', sent_at = now() WHERE id = ?")
                .param(proposal.id())
                .update();
        assertThat(proposals.find(proposal.id()).orElseThrow().state()).isEqualTo("unknown");
        assertThatThrownBy(() -> approve(proposal, "carla")).hasMessageContaining("not open: unknown");
        assertThat(puts()).isZero();
    }

    @Test
    void what_does_not_fit_the_job_is_not_proposed() {
        assertThatThrownBy(() -> proposals.propose("hold", job, null, null, "ana", RowScope.EVERYTHING))
                .hasMessageContaining("the job is failed; hold takes one that is waiting");
        assertThatThrownBy(() -> proposals.propose("submit", job, null, null, "ana", RowScope.EVERYTHING))
                .hasMessageContaining("action is none of");
        assertThatThrownBy(() -> proposals.propose("rerun", job, "see mail", null, "ana", RowScope.EVERYTHING))
                .hasMessageContaining("INC0010001");
        assertThatThrownBy(() -> proposals.propose("rerun", job, null, null, null, RowScope.EVERYTHING))
                .hasMessageContaining("signed in");
        assertThatThrownBy(() -> proposals.propose("rerun", "none", null, null, "ana", RowScope.EVERYTHING))
                .hasMessageContaining("no job");
    }

    private Proposal nextFailed(Proposal before) {
        job = failedJob(before.jobId());
        return propose();
    }

    private Proposal propose() {
        return proposals.propose("rerun", job, "INC0010001", "disco ampliado", "ana", RowScope.EVERYTHING);
    }

    private Proposal approve(Proposal proposal, String by) {
        return proposals.approve(proposal.id(), proposal.sha256(), by, RowScope.EVERYTHING);
    }

    private long puts() {
        return simulator.requests().stream()
                .filter(request -> request.method().equals("PUT"))
                .count();
    }
}
