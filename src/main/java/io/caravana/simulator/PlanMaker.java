package io.caravana.simulator;

import io.caravana.simulator.PlanDependency.Thing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Makes up the job streams of a day; the same for the same seed and day. */
final class PlanMaker {
    static final List<String> WORKSTATIONS = List.of("MDM", "APP01", "APP02", "DB01", "DW01", "ARQ01");

    private static final String[] PURPOSES = {
        "FOLHA",
        "FATURA",
        "COBRANCA",
        "ESTOQUE",
        "CONTABIL",
        "BACKUP",
        "CARGA_DW",
        "CONCILIA",
        "TARIFA",
        "CAMBIO",
        "CREDITO",
        "CADASTRO",
        "ARQUIVO",
        "EXTRATO",
        "PIX"
    };
    private static final String[] STEPS = {
        "EXTRAI", "VALIDA", "CARREGA", "CALCULA", "CONSOLIDA", "ENVIA", "RELATORIO", "LIMPA"
    };
    private static final int DAY = 86_400;

    private final long seed;
    private final int jobs;
    private final Map<String, Thing> things;

    /** @param things the files, prompts and resources by name, to which those of a day are added */
    PlanMaker(long seed, int jobs, Map<String, Thing> things) {
        this.seed = seed;
        this.jobs = jobs;
        this.things = things;
    }

    static String uuid(Object... words) {
        return UUID.nameUUIDFromBytes(List.of(words).toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** The streams of a day, in the order in which they start. */
    List<PlanStream> streams(long day) {
        var streams = new ArrayList<PlanStream>();
        var number = (jobs + STEPS.length - 1) / STEPS.length;
        for (var index = 0; index < number; index++) {
            var left = Math.min(STEPS.length, jobs - index * STEPS.length);
            streams.add(stream(day, index, number, left, streams));
        }
        return streams;
    }

    private PlanStream stream(long day, int index, int number, int size, List<PlanStream> before) {
        var dice = Dice.of(seed, day, index, 31);
        var fixed = Dice.of(seed, index, 32);
        var name = "%s%02d".formatted(PURPOSES[index % PURPOSES.length], index / PURPOSES.length + 1);
        var starts = day * DAY + 300 + (long) index * (DAY - 3_600) / number;
        var stream =
                new PlanStream(uuid(seed, day, name), name, WORKSTATIONS.get(fixed.below(WORKSTATIONS.size())), starts);
        for (var position = 0; position < size; position++) {
            stream.jobs.add(job(day, stream, position, fixed, dice));
        }
        var first = stream.jobs.get(0);
        if (index > 0 && index % 3 == 1) {
            link(first, PlanDependency.on(before.get(index - 1)));
        } else if (index > 1 && index % 5 == 2) {
            var jobs = before.get(index - 2).jobs;
            link(first, PlanDependency.on(jobs.get(jobs.size() - 1), false));
        }
        outside(day, index, stream, first);
        return stream;
    }

    private PlanJob job(long day, PlanStream stream, int position, Dice fixed, Dice dice) {
        var name = stream.name + "_" + STEPS[position];
        var estimated = 30L + fixed.below(14 * 60);
        var job = new PlanJob(
                uuid(seed, day, stream.name, name),
                name,
                stream,
                fixed.chance(0.5) ? stream.workstation : WORKSTATIONS.get(fixed.below(WORKSTATIONS.size())),
                position,
                position == 0 ? stream.starts : 0,
                position == STEPS.length - 1 ? stream.starts + 2 * 3_600 : 0,
                estimated,
                fixed.chance(0.1),
                dice.chance(0.3));
        // two of four run beside each other
        if (position % 4 == 2) {
            link(job, PlanDependency.on(stream.jobs.get(position - 2), true));
        } else if (position > 0) {
            link(job, PlanDependency.on(stream.jobs.get(position - 1), true));
        }
        if (position % 4 == 3) {
            link(job, PlanDependency.on(stream.jobs.get(position - 2), true));
        }
        return job;
    }

    private void outside(long day, int index, PlanStream stream, PlanJob first) {
        if (index % 4 == 3) {
            var file = "/dados/entrada/%s.txt".formatted(stream.name.toLowerCase(java.util.Locale.ROOT));
            first.dependencies.add(PlanDependency.on("FILE", thing(day + file, file, 1)));
        }
        if (index % 11 == 6) {
            var prompt = "Confirma o início de %s?".formatted(stream.name);
            first.dependencies.add(PlanDependency.on("PROMPT", thing(day + prompt, prompt, 1)));
        }
        if (stream.jobs.size() > 2) {
            var resource = "DB_" + stream.workstation;
            stream.jobs.get(2).dependencies.add(PlanDependency.on("RESOURCE", thing(resource, resource, 2)));
        }
    }

    private Thing thing(String key, String name, int quantity) {
        return things.computeIfAbsent(key, word -> new Thing(uuid(seed, word), name, quantity));
    }

    private static void link(PlanJob job, PlanDependency dependency) {
        job.dependencies.add(dependency);
        if (dependency.target() != null) {
            dependency.target().followers.add(job);
        } else {
            dependency.stream().jobs.forEach(one -> one.followers.add(job));
        }
    }
}
