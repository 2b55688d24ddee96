package io.caravana.simulator;

import java.time.LocalDate;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Makes up the rows of a service desk as it stands at the start of a day. */
final class ServiceDesk {
    private final long seed;
    private final Calendar calendar;
    private final People people;
    private final String account;

    ServiceDesk(SimulatorProperties properties, LocalDate today) {
        this.seed = properties.seed();
        this.calendar = new Calendar(seed, properties.incidents(), properties.days(), today);
        this.people = new People(Math.max(240, Math.min(20_000, properties.incidents() / 20)));
        this.account = properties.username();
    }

    People people() {
        return people;
    }

    /** Where the rows of a table come from. */
    Function<Table, Iterable<Row>> source(String table) {
        var foundation = new Foundation(people, account, calendar.firstDay());
        return switch (table) {
            case "incident" -> made -> lives(new IncidentRows(made, people, calendar));
            case "task_sla" ->
                made -> {
                    var rows = PlannedWork.slas(made, calendar, seed);
                    lives(new SlaRows(made, calendar.now())).forEach(rows::add);
                    return rows;
                };
            case "sys_journal_field" -> made -> lives(new JournalRows(made, people));
            case "incident_task" -> made -> lives(new IncidentTaskRows(made, people, calendar));
            case "task_time_worked" -> made -> lives(new TimeWorkedRows(made, people));
            case "sys_attachment" -> made -> lives(new AttachmentRows(made));
            case "change_request", "change_task", "sc_req_item", "sc_task", "problem" ->
                made -> new PlannedWork(made, people, calendar, seed).rows();
            default -> foundation.source(table);
        };
    }

    private Iterable<Row> lives(LifeRows rows) {
        return () -> new RowsOfLives(rows);
    }

    /** Turns one incident's life into the rows of one table. */
    @FunctionalInterface
    interface LifeRows {
        Iterable<Row> of(Life life);
    }

    /** Goes through all incidents without keeping any. */
    private final class RowsOfLives implements Iterator<Row> {
        private final LifeRows rows;
        private Iterator<Row> current = Collections.emptyIterator();
        private long day = calendar.firstDay();
        private int index;
        private int ofDay = calendar.incidents(day);

        RowsOfLives(LifeRows rows) {
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            while (!current.hasNext() && day < calendar.today()) {
                if (index < ofDay) {
                    current = rows.of(life(day, index++, ofDay)).iterator();
                } else {
                    day++;
                    index = 0;
                    ofDay = calendar.incidents(day);
                }
            }
            return current.hasNext();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException("All incidents have been made");
            }
            return current.next();
        }
    }

    private Life life(long day, int index, int ofDay) {
        var opened =
                calendar.opened(day, index, ofDay, Dice.of(seed, day, index, 5).share());
        return new Life(seed, day, index, opened, calendar.now());
    }
}
