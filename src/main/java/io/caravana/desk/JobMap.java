package io.caravana.desk;

import io.caravana.workload.Job;
import io.caravana.workload.Job.Neighbourhood;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The picture of the jobs around one: a column for each step, what comes before on the left.
 *
 * @param lines paths of an SVG, from a job to one that waits for it
 */
public record JobMap(int width, int height, List<Box> boxes, List<String> lines) {

    private static final int WIDTH = 168;
    private static final int HEIGHT = 40;
    private static final int ACROSS = 60;
    private static final int DOWN = 14;
    private static final int LONGEST = 22;

    /** A job and the upper left corner of its box. */
    public record Box(Job job, int x, int y) {

        public String label() {
            var name = job.name() == null ? job.id() : job.name();
            return name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
        }
    }

    static JobMap of(Neighbourhood around) {
        var first = around.jobs().stream().mapToInt(Job.Neighbour::depth).min().orElse(0);
        var filled = new HashMap<Integer, Integer>();
        var boxes = new HashMap<String, Box>();
        var all = new ArrayList<Box>();
        around.jobs().forEach(one -> {
            var row = filled.merge(one.depth(), 1, Integer::sum) - 1;
            var box = new Box(one.job(), (one.depth() - first) * (WIDTH + ACROSS) + 4, row * (HEIGHT + DOWN) + 4);
            boxes.put(one.job().id(), box);
            all.add(box);
        });
        var width = all.stream().mapToInt(Box::x).max().orElse(0) + WIDTH + 4;
        var height = all.stream().mapToInt(Box::y).max().orElse(0) + HEIGHT + 4;
        return new JobMap(width, height, all, lines(around, boxes));
    }

    private static List<String> lines(Neighbourhood around, Map<String, Box> boxes) {
        return around.edges().stream()
                .filter(edge -> boxes.containsKey(edge.from()) && boxes.containsKey(edge.to()))
                .map(edge -> {
                    var from = boxes.get(edge.from());
                    var to = boxes.get(edge.to());
                    var y = from.y() + HEIGHT / 2;
                    var end = to.y() + HEIGHT / 2;
                    var middle = (from.x() + WIDTH + to.x()) / 2;
                    return "M%d %d C%d %d %d %d %d %d"
                            .formatted(from.x() + WIDTH, y, middle, y, middle, end, to.x(), end);
                })
                .toList();
    }

    public int boxWidth() {
        return WIDTH;
    }

    public int boxHeight() {
        return HEIGHT;
    }
}
