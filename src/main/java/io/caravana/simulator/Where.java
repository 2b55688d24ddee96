package io.caravana.simulator;

import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/** The condition of an encoded query. */
sealed interface Where {
    boolean matches(Row row);

    /** Between which values of a column a row must lie to match; wider than the truth where that is not easily seen. */
    default KeyRange range(String column) {
        return KeyRange.ALL;
    }

    record Everything() implements Where {
        @Override
        public boolean matches(Row row) {
            return true;
        }
    }

    record Nothing() implements Where {
        @Override
        public boolean matches(Row row) {
            return false;
        }
    }

    record All(List<Where> parts) implements Where {
        @Override
        public boolean matches(Row row) {
            for (var part : parts) {
                if (!part.matches(row)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public KeyRange range(String column) {
            return parts.stream().map(part -> part.range(column)).reduce(KeyRange.ALL, KeyRange::and);
        }
    }

    record Any(List<Where> parts) implements Where {
        @Override
        public boolean matches(Row row) {
            for (var part : parts) {
                if (part.matches(row)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public KeyRange range(String column) {
            return parts.stream()
                    .map(part -> part.range(column))
                    .reduce(KeyRange::or)
                    .orElse(KeyRange.ALL);
        }
    }

    /**
     * One comparison.
     *
     * @param shown whether the display name of a reference is compared in place of the sys_id
     * @param range what the comparison says about its own column
     */
    record Test(Path path, boolean shown, Predicate<String> check, KeyRange range) implements Where {
        @Override
        public boolean matches(Row row) {
            return check.test(shown ? path.shown(row) : path.value(row));
        }

        @Override
        public KeyRange range(String column) {
            return path.name().equals(column) ? range : KeyRange.ALL;
        }
    }

    record Same(Path one, Path other, boolean same) implements Where {
        @Override
        public boolean matches(Row row) {
            return one.value(row).equalsIgnoreCase(other.value(row)) == same;
        }
    }

    /** Compares what people see. */
    record Shown(Path path, DisplayValues display, String value) implements Where {
        @Override
        public boolean matches(Row row) {
            var cell = path.cell(row);
            return cell != null && !value.isEmpty() && value.equalsIgnoreCase(display.of(cell.row(), cell.column()));
        }
    }

    /**
     * How many other records point to a row.
     *
     * @param pointing the number of records by the key they point to
     */
    record Related(Map<String, Long> pointing, LongPredicate passes) implements Where {
        @Override
        public boolean matches(Row row) {
            return passes.test(pointing.getOrDefault(row.sysId(), 0L));
        }
    }

    /** Whether a row has a word in any of its texts; a search by the index finds about the same. */
    record Word(Table table, String word) implements Where {
        @Override
        public boolean matches(Row row) {
            return table.columns().stream()
                    .filter(column -> column.type() == ColumnType.TEXT && !column.isSysId())
                    .anyMatch(column -> Values.contains(row.get(column.position()), word));
        }
    }

    static Where all(List<Where> parts) {
        return switch (parts.size()) {
            case 0 -> new Everything();
            case 1 -> parts.get(0);
            default -> new All(List.copyOf(parts));
        };
    }

    static Where any(List<Where> parts) {
        return parts.size() == 1 ? parts.get(0) : new Any(List.copyOf(parts));
    }
}
