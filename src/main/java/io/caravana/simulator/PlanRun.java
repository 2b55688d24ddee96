package io.caravana.simulator;

/** One run of a job. Times are epoch seconds, 0 when it has not happened. */
final class PlanRun {
    final String id;
    final int attempt;
    final int number;
    final String rerunType;
    final long submitted;
    final long lasts;
    final int willReturn;
    long started;
    long ended;
    String status = "READY";

    PlanRun(String id, int attempt, int number, String rerunType, long submitted, long lasts, int willReturn) {
        this.id = id;
        this.attempt = attempt;
        this.number = number;
        this.rerunType = rerunType;
        this.submitted = submitted;
        this.lasts = lasts;
        this.willReturn = willReturn;
    }
}
