package io.caravana.simulator;

import io.caravana.simulator.PlanDependency.Thing;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The plan of a workload engine. It lives on the clock: whoever asks sees what has happened until now. At five past midnight (UTC) the
 * next day's streams join, and what is over leaves. Some runs fail; an operator reruns them after a while. Not safe for use by many threads.
 */
final class Plan {
    private static final int DAY = 86_400;
    private static final int ROLLOVER = 300;
    private static final int LAUNCH = 8;
    private static final int LIMIT = 12;

    private final long seed;
    private final Clock clock;
    private final PlanMaker maker;
    private final Listener listener;
    private final Map<String, PlanJob> jobs = new LinkedHashMap<>();
    private final Map<String, PlanStream> streams = new LinkedHashMap<>();
    private final Map<String, PlanJob> byRun = new HashMap<>();
    private final Map<String, Thing> things = new LinkedHashMap<>();
    private final Map<String, Integer> executing = new HashMap<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long sequence;
    private long now;
    private long day;
    private int numbers = 20_000;

    /** Hears of runs that failed for good, and of jobs that succeed after that. */
    interface Listener {
        void abended(PlanJob job);

        void recovered(PlanJob job);
    }

    private record Event(long at, long sequence, Runnable happens) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    Plan(long seed, int jobs, Clock clock, Listener listener) {
        this.seed = seed;
        this.clock = clock;
        this.listener = listener;
        this.maker = new PlanMaker(seed, jobs, things);
        day = Math.floorDiv(clock.instant().getEpochSecond() - ROLLOVER, DAY);
        begin();
    }

    /** Lets everything happen that is due. */
    void advance() {
        var until = clock.instant().getEpochSecond();
        while (!events.isEmpty() && events.peek().at <= until) {
            var event = events.poll();
            now = Math.max(now, event.at);
            event.happens.run();
        }
        now = Math.max(now, until);
        jobs.values().stream()
                .filter(job -> job.deadline > 0 && job.deadline < now && !job.isPassed() && !job.isLate)
                .forEach(job -> {
                    job.isLate = true;
                    job.changed = now;
                });
    }

    long now() {
        return now;
    }

    String id() {
        return PlanMaker.uuid(seed, "plan", day);
    }

    Collection<PlanJob> jobs() {
        return jobs.values();
    }

    Collection<PlanStream> streams() {
        return streams.values();
    }

    Map<String, Thing> things() {
        return things;
    }

    PlanJob job(String id) {
        return jobs.get(id);
    }

    PlanJob ofRun(String run) {
        return byRun.get(run);
    }

    private void at(long moment, Runnable happens) {
        events.add(new Event(moment, sequence++, happens));
    }

    private void begin() {
        now = day * DAY + ROLLOVER;
        var made = maker.streams(day);
        made.forEach(stream -> {
            streams.put(stream.id, stream);
            stream.jobs.forEach(job -> jobs.put(job.id, job));
        });
        for (var stream : made) {
            for (var job : stream.jobs) {
                job.changed = now;
                if (job.starts > 0) {
                    at(job.starts, () -> consider(job));
                }
                job.dependencies.forEach(one -> arrive(job, one));
            }
        }
        at((day + 1) * DAY + ROLLOVER, this::rollOver);
    }

    private void arrive(PlanJob job, PlanDependency dependency) {
        if (dependency.type().matches("FILE|PROMPT")) {
            var after = dice(job, 0).below(dependency.type().equals("FILE") ? 1_800 : 3_600);
            at(job.stream.starts + after, () -> answer(dependency.thing()));
        }
    }

    private void rollOver() {
        streams.values().removeIf(PlanStream::isOver);
        jobs.values().removeIf(job -> !streams.containsKey(job.stream.id));
        byRun.values().removeIf(job -> !jobs.containsKey(job.id));
        day++;
        begin();
    }

    private Dice dice(PlanJob job, int attempt) {
        return Dice.of(seed, job.id.hashCode(), attempt, 33);
    }

    /** A file has come, or a prompt was answered with yes. */
    void answer(Thing thing) {
        if (!thing.isThere) {
            thing.isThere = true;
            jobs.values().stream()
                    .filter(job -> job.dependencies.stream().anyMatch(one -> one.thing() == thing))
                    .forEach(this::consider);
        }
    }

    /** Makes a job ready that has nothing more to wait for. */
    private void consider(PlanJob job) {
        if (job.status.equals("HOLD") && !job.isCanceled && !job.isHeld() && now >= job.starts) {
            var isFree = job.dependencies.stream().allMatch(one -> one.type().equals("RESOURCE") || one.isSatisfied());
            if (isFree) {
                submit(job, "REGULAR");
            }
        }
    }

    private void submit(PlanJob job, String rerunType) {
        var attempt = job.runs.size() + 1;
        var dice = dice(job, attempt);
        var lasts = Math.max(5, (long) (job.estimated * (0.8 + 0.4 * dice.share()) * (dice.chance(0.03) ? 5 : 1)));
        var fails = dice.chance(attempt == 1 ? 0.04 : 0.2);
        var run = new PlanRun(
                PlanMaker.uuid(job.id, attempt),
                attempt,
                ++numbers,
                rerunType,
                now,
                lasts,
                fails ? new int[] {1, 8, 12, 127}[dice.below(4)] : 0);
        job.runs.add(run);
        byRun.put(run.id, job);
        become(job, "READY");
        at(now + LAUNCH, () -> launch(job, run));
    }

    private void launch(PlanJob job, PlanRun run) {
        if (job.lastRun() != run || !job.status.equals("READY")) {
            return;
        }
        var isFree = job.dependencies.stream().allMatch(PlanDependency::isSatisfied)
                && executing.getOrDefault(job.workstation, 0) < LIMIT;
        if (job.isCanceled || job.isHeld() || !isFree) {
            at(now + 30, () -> launch(job, run));
            return;
        }
        executing.merge(job.workstation, 1, Integer::sum);
        resources(job).forEach(thing -> thing.inUse++);
        run.started = now;
        run.status = "EXEC";
        become(job, "EXEC");
        at(now + run.lasts, () -> end(job, run, run.willReturn));
    }

    private void end(PlanJob job, PlanRun run, int returned) {
        if (job.lastRun() != run || run.ended > 0) {
            return;
        }
        executing.merge(job.workstation, -1, Integer::sum);
        resources(job).forEach(thing -> thing.inUse--);
        run.ended = now;
        run.status = returned == 0 ? "SUCC" : "ABEND";
        become(job, run.status);
        if (returned == 0) {
            succeeded(job);
        } else if (job.recoversByItself && run.attempt == 1) {
            at(now + 60, () -> rerunIfAbended(job, run, "RECOVERY_RERUN"));
        } else {
            listener.abended(job);
            at(now + 1_200 + dice(job, run.attempt).below(5_400), () -> rerunIfAbended(job, run, "RERUN"));
        }
    }

    private void succeeded(PlanJob job) {
        if (job.runs.size() > 1 || job.isConfirmed) {
            listener.recovered(job);
        }
        List.copyOf(job.followers).forEach(this::consider);
    }

    private void rerunIfAbended(PlanJob job, PlanRun run, String type) {
        if (job.lastRun() == run && job.status.equals("ABEND") && !job.isCanceled) {
            submit(job, type);
        }
    }

    private static List<Thing> resources(PlanJob job) {
        return job.dependencies.stream()
                .filter(one -> one.type().equals("RESOURCE"))
                .map(PlanDependency::thing)
                .toList();
    }

    private void become(PlanJob job, String status) {
        job.status = status;
        job.changed = now;
    }

    /** What an operator asks for does not fit the job's state. */
    static final class WrongState extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongState(String message) {
            super(message);
        }
    }

    /** Reruns a job, unless it waits or runs. */
    void rerun(PlanJob job) {
        need(job.status.matches("ABEND|SUCC") && !job.isCanceled, job, "rerun");
        submit(job, "RERUN");
    }

    /** Carries out one of the other verbs on a job; false where there is no such verb. */
    boolean act(PlanJob job, String verb, String priority) {
        switch (verb) {
            case "hold" -> {
                need(job.status.matches("HOLD|READY"), job, verb);
                job.priorityBefore = job.isHeld() ? job.priorityBefore : job.priority;
                job.priority = 0;
            }
            case "release" -> {
                need(job.isHeld(), job, verb);
                job.priority = job.priorityBefore;
            }
            case "cancel" -> {
                need(job.status.matches("HOLD|READY|ABEND"), job, verb);
                job.isCanceled = true;
                List.copyOf(job.followers).forEach(this::consider);
            }
            case "kill" -> {
                need(job.status.equals("EXEC"), job, verb);
                end(job, job.lastRun(), 9);
            }
            case "confirm-succ" -> {
                need(job.status.matches("ABEND|EXEC"), job, verb);
                job.isConfirmed = true;
                confirm(job, "SUCC");
                succeeded(job);
            }
            case "confirm-abend" -> {
                need(job.status.matches("SUCC|EXEC"), job, verb);
                confirm(job, "ABEND");
            }
            case "update-priority" -> {
                need(priority.matches("\\d{1,3}"), job, verb);
                job.priority = Integer.parseInt(priority);
            }
            case "release-all-dependencies" -> {
                need(job.status.equals("HOLD"), job, verb);
                job.dependencies.removeIf(one -> !one.type().equals("RESOURCE"));
            }
            default -> {
                return false;
            }
        }
        job.changed = now;
        consider(job);
        return true;
    }

    private void confirm(PlanJob job, String status) {
        var run = job.lastRun();
        if (run.ended == 0) {
            end(job, run, status.equals("SUCC") ? 0 : 1);
        } else {
            run.status = status;
            become(job, status);
        }
    }

    private static void need(boolean fits, PlanJob job, String verb) {
        if (!fits) {
            throw new WrongState(
                    "AWSJSY404E The following error occurred: AWSBIN076E The action %s is not allowed on the job %s in the status %s."
                            .formatted(verb, job.key(), job.status));
        }
    }

    /** The jobs around one, up to so many steps away, itself not among them. */
    List<PlanJob> around(PlanJob job, boolean before, int depth) {
        var found = new LinkedHashMap<String, PlanJob>();
        List<PlanJob> edge = List.of(job);
        for (var step = 0; step < depth && !edge.isEmpty(); step++) {
            var next = new ArrayList<PlanJob>();
            for (var one : edge) {
                for (var other : before ? predecessors(one) : one.followers) {
                    if (other != job && found.putIfAbsent(other.id, other) == null) {
                        next.add(other);
                    }
                }
            }
            edge = next;
        }
        return List.copyOf(found.values());
    }

    private static List<PlanJob> predecessors(PlanJob job) {
        var found = new ArrayList<PlanJob>();
        job.dependencies.forEach(one -> {
            if (one.target() != null) {
                found.add(one.target());
            } else if (one.stream() != null) {
                found.addAll(one.stream().jobs);
            }
        });
        return found;
    }
}
