package io.caravana.simulator;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** How raw values compare: numbers as numbers, sys_ids exactly, all else as a collation that ignores case. */
final class Values {
    private static final String MIDNIGHT = " 00:00:00";

    private Values() {}

    static Comparator<String> comparator(Column column) {
        if (column.type().isNumber()) {
            return Values::compareNumbers;
        }
        return column.isSysId() || column.type().isDate() ? Comparator.naturalOrder() : String.CASE_INSENSITIVE_ORDER;
    }

    /** A check that compares a value with a literal; an empty value never passes. */
    static Predicate<String> compared(Column column, String literal, IntPredicate passes) {
        var other = literal(column, literal);
        var comparator = comparator(column);
        if (column.type().isNumber() && number(other) == null) {
            return value -> false;
        }
        return value -> !value.isEmpty() && passes.test(comparator.compare(value, other));
    }

    static Predicate<String> equal(Column column, String literal) {
        if (literal.isEmpty() || literal.equals("NULL")) {
            return String::isEmpty;
        }
        return compared(column, literal, order -> order == 0);
    }

    static boolean contains(String value, String part) {
        for (var i = 0; i + part.length() <= value.length(); i++) {
            if (value.regionMatches(true, i, part, 0, part.length())) {
                return true;
            }
        }
        return false;
    }

    static boolean startsWith(String value, String part) {
        return value.regionMatches(true, 0, part, 0, part.length());
    }

    static boolean endsWith(String value, String part) {
        return value.regionMatches(true, value.length() - part.length(), part, 0, part.length());
    }

    /** A day stands for its first second where it is compared with a time, whichever of the two the column holds. */
    static String literal(Column column, String literal) {
        if (!column.type().isDate()) {
            return literal;
        }
        if (column.type() == ColumnType.DATE) {
            return literal.endsWith(MIDNIGHT) ? literal.substring(0, 10) : literal;
        }
        return literal.length() == 10 ? literal + MIDNIGHT : literal;
    }

    private static int compareNumbers(String one, String other) {
        if (isShortInteger(one) && isShortInteger(other)) {
            return Long.compare(Long.parseLong(one), Long.parseLong(other));
        }
        var left = number(one);
        var right = number(other);
        if (left == null || right == null) {
            return Boolean.compare(left != null, right != null);
        }
        return left.compareTo(right);
    }

    /** Nearly all numbers are; the others cost a parse each. */
    private static boolean isShortInteger(String value) {
        if (value.isEmpty() || value.length() > 18) {
            return false;
        }
        for (var i = 0; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static BigDecimal number(String value) {
        if (value.isEmpty()) {
            return null;
        }
        try {
            return new BigDecimal(value);
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }
}
