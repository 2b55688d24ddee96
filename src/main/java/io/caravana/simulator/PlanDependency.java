package io.caravana.simulator;

/**
 * What a job waits for.
 *
 * @param type as the interface calls it, such as INTERNAL, EXTERNAL_JOBSTREAM, FILE, PROMPT or RESOURCE
 * @param target a job, for INTERNAL and EXTERNAL_JOB
 * @param stream a job stream, for EXTERNAL_JOBSTREAM
 * @param thing the file, prompt or resource, or null
 */
record PlanDependency(String type, PlanJob target, PlanStream stream, Thing thing) {

    /** Something outside the jobs: a file that arrives, a prompt that is answered, a resource that a job takes while it runs. */
    static final class Thing {
        final String id;
        final String name;
        final int quantity;
        int inUse;
        boolean isThere;

        Thing(String id, String name, int quantity) {
            this.id = id;
            this.name = name;
            this.quantity = quantity;
        }
    }

    static PlanDependency on(PlanJob job, boolean sameStream) {
        return new PlanDependency(sameStream ? "INTERNAL" : "EXTERNAL_JOB", job, null, null);
    }

    static PlanDependency on(PlanStream stream) {
        return new PlanDependency("EXTERNAL_JOBSTREAM", null, stream, null);
    }

    static PlanDependency on(String type, Thing thing) {
        return new PlanDependency(type, null, null, thing);
    }

    boolean isSatisfied() {
        return switch (type) {
            case "EXTERNAL_JOBSTREAM" -> stream.jobs.stream().allMatch(PlanJob::isPassed);
            case "FILE", "PROMPT" -> thing.isThere;
            case "RESOURCE" -> thing.inUse < thing.quantity;
            default -> target.isPassed();
        };
    }

    String id() {
        return thing != null ? thing.id : stream != null ? stream.id : target.id;
    }
}
