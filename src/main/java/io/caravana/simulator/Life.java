package io.caravana.simulator;

/**
 * What has happened to one incident up to a moment, all from its own seed: a later moment only adds to it. Times are epoch
 * seconds, 0 when it has not happened.
 */
final class Life {
    private static final double[] HOURS_TO_RESOLVE = {3, 7, 30, 70, 120};

    final long day;
    final int index;
    final String sysId;
    final long opened;
    final int impact;
    final int urgency;
    final int priority;
    final int group;
    final Dice dice;
    long created;
    long assigned;
    long held;
    long resumed;
    long resolved;
    long reopened;
    long closed;
    long cancelled;
    long updated;
    long pausedSeconds;
    int state = 1;
    int updates;
    int reassignments;
    int lastGroup;

    private final long seed;
    private final long now;

    Life(long seed, long day, int index, long opened, long now) {
        this.seed = seed;
        this.day = day;
        this.index = index;
        this.opened = opened;
        this.now = now;
        this.sysId = sysId(seed, day, index);
        this.dice = Dice.of(seed, day, index, 3);
        this.impact = level(dice);
        this.urgency = level(dice);
        this.priority = Math.max(1, impact + urgency - 1);
        this.group = dice.below(24);
        this.lastGroup = group;
        live(Dice.of(seed, day, index, 4));
    }

    static String sysId(long seed, long day, int index) {
        return Dice.of(seed, day, index, 2).sysId();
    }

    long seed() {
        return seed;
    }

    /** The sys_id of the incident so many before this one on the same day. */
    String parentSysId(int before) {
        return sysId(seed, day, index - before);
    }

    /** A sys_id for something that belongs to this incident. */
    String related(int kind) {
        return Dice.of(seed, day, index, 100 + kind).sysId();
    }

    boolean isActive() {
        return closed == 0 && cancelled == 0;
    }

    /** When work ended, or 0. */
    long ended() {
        return cancelled > 0 ? cancelled : resolved;
    }

    private static int level(Dice dice) {
        var share = dice.share();
        return share < 0.08 ? 1 : share < 0.40 ? 2 : 3;
    }

    private void live(Dice fate) {
        created = opened + (fate.chance(0.8) ? 0 : fate.between(5, 900));
        updated = created;
        var reassigns = fate.chance(0.7) ? 0 : fate.between(1, 4);
        var isHeld = fate.chance(0.2);
        var isReopened = fate.chance(0.05);
        var mean = HOURS_TO_RESOLVE[priority - 1] * 3_600;
        var time = created + fate.after(mean / 12);
        if (fate.chance(0.04)) {
            cancelled = happens(time, 8);
            return;
        }
        assigned = happens(time, 2);
        for (var i = 0; i < reassigns; i++) {
            time += fate.after(mean / 8);
            var next = fate.below(24);
            if (happens(time, 2) > 0) {
                reassignments++;
                lastGroup = next;
            }
        }
        if (isHeld) {
            time = hold(fate, time + fate.after(mean / 8), mean);
        }
        time += fate.after(mean / 2);
        resolved = happens(time, 6);
        if (isReopened) {
            time = reopen(fate, time + fate.after(86_400), mean);
        }
        closed = happens(time + 5 * 86_400 + fate.below(7_200), 7);
    }

    private long hold(Dice fate, long from, double mean) {
        held = happens(from, 3);
        var until = from + fate.after(mean / 3);
        resumed = happens(until, 2);
        pausedSeconds = resumed > 0 ? resumed - held : held > 0 ? now - held : 0;
        return until;
    }

    private long reopen(Dice fate, long from, double mean) {
        reopened = happens(from, 2);
        var again = from + fate.after(mean / 2);
        if (reopened > 0) {
            resolved = happens(again, 6);
        }
        return again;
    }

    /** The time if it has come by now, else 0. */
    private long happens(long time, int newState) {
        if (time >= now) {
            return 0;
        }
        updated = time;
        state = newState;
        updates++;
        return time;
    }
}
