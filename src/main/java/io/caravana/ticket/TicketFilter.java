package io.caravana.ticket;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tickets, and in which order.
 *
 * @param states values of {@code state}; empty: all
 * @param priorities values of {@code priority}; empty: all
 * @param group name or key of the assignment group; null: all
 * @param person name or key of whoever it is assigned to, or of the caller; null: all
 * @param company name or key; null: all
 * @param text the beginning of a number, or a part of the short description; null: all
 * @param words the same as a {@code tsquery} for {@code caravana.search_document}, which stands in for the short description; null: not asked
 * @param kept which part of the life of a ticket
 * @param ascending whether the smallest comes first
 * @param after where the page before ended; null: the first page
 * @param limit the most tickets of a page
 */
public record TicketFilter(
        Set<TicketType> types,
        List<String> states,
        List<String> priorities,
        String group,
        String person,
        String company,
        String text,
        String words,
        Kept kept,
        Sort sort,
        boolean ascending,
        Place after,
        int limit) {

    /** The parameters that {@link #of} knows. */
    public static final List<String> PARAMETERS = List.of(
            "type",
            "state",
            "priority",
            "group",
            "person",
            "company",
            "text",
            "show",
            "sort",
            "order",
            "after",
            "limit");

    private static final int USUAL = 50;
    private static final int MOST = 1_000;

    /** Which part of the life of a ticket. */
    public enum Kept {
        OPEN,
        FINISHED,
        ALL
    }

    /** What the list is sorted by. */
    public enum Sort {
        UPDATED(false),
        OPENED(false),
        CLOSED(false),
        PRIORITY(true),
        NUMBER(true);

        private final boolean ascending;

        Sort(boolean ascending) {
            this.ascending = ascending;
        }
    }

    /**
     * A ticket's place in the list.
     *
     * @param key what the list is sorted by, as PostgreSQL writes it
     * @param sysId tells those apart that have the same
     */
    public record Place(String key, String sysId) {

        static Place parse(String text) {
            try {
                var parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split("\n", 2);
                return new Place(parts[0], parts[1]);
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException("after is '%s', which no page has given".formatted(text), e);
            }
        }

        @Override
        public String toString() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((key + "\n" + sysId).getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Reads a filter as it stands in an address.
     *
     * @throws IllegalArgumentException saying which value is wrong
     */
    public static TicketFilter of(Map<String, List<String>> parameters) {
        var sort = one(parameters, "sort") == null ? null : choice(Sort.class, "sort", one(parameters, "sort"));
        var kept = one(parameters, "show") == null ? Kept.OPEN : choice(Kept.class, "show", one(parameters, "show"));
        var order = sort == null ? kept == Kept.FINISHED ? Sort.CLOSED : Sort.UPDATED : sort;
        var direction = one(parameters, "order");
        if (direction != null && !List.of("asc", "desc").contains(direction)) {
            throw new IllegalArgumentException("order is '%s', which is neither asc nor desc".formatted(direction));
        }
        var types = EnumSet.noneOf(TicketType.class);
        several(parameters, "type").stream()
                .filter(type -> !type.equals("all"))
                .map(TicketType::of)
                .forEach(types::add);
        var after = one(parameters, "after");
        return new TicketFilter(
                types.isEmpty() ? EnumSet.allOf(TicketType.class) : types,
                several(parameters, "state"),
                several(parameters, "priority"),
                one(parameters, "group"),
                one(parameters, "person"),
                one(parameters, "company"),
                one(parameters, "text"),
                null,
                kept,
                order,
                direction == null ? order.ascending : direction.equals("asc"),
                after == null ? null : Place.parse(after),
                limit(one(parameters, "limit")));
    }

    /** The tickets after a place, with the same filter. */
    public TicketFilter after(Place place, int most) {
        return new TicketFilter(
                types, states, priorities, group, person, company, text, words, kept, sort, ascending, place, most);
    }

    /**
     * The same filter, with its text as the search understands it.
     *
     * @param tsquery for {@code caravana.search_document.words}; empty: the text is looked for as it stands
     */
    public TicketFilter searching(String tsquery) {
        return new TicketFilter(
                types,
                states,
                priorities,
                group,
                person,
                company,
                text,
                tsquery.isEmpty() ? null : tsquery,
                kept,
                sort,
                ascending,
                after,
                limit);
    }

    /** The same filter for one part of the tickets' lives. */
    public TicketFilter only(Kept part) {
        return new TicketFilter(
                types, states, priorities, group, person, company, text, words, part, sort, ascending, after, limit);
    }

    private static int limit(String text) {
        try {
            var limit = text == null ? USUAL : Integer.parseInt(text);
            if (limit >= 1 && limit <= MOST) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("limit is '%s', which is not between 1 and %d".formatted(text, MOST));
    }

    private static <E extends Enum<E>> E choice(Class<E> choices, String name, String value) {
        return Arrays.stream(choices.getEnumConstants())
                .filter(choice -> choice.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s is '%s', which is none of %s"
                        .formatted(
                                name,
                                value,
                                Arrays.stream(choices.getEnumConstants())
                                        .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", ")))));
    }

    private static String one(Map<String, List<String>> parameters, String name) {
        var values = several(parameters, name);
        if (values.size() > 1) {
            throw new IllegalArgumentException("the parameter '%s' is given twice".formatted(name));
        }
        return values.isEmpty() ? null : values.get(0);
    }

    private static List<String> several(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream()
                .filter(value -> value != null && !value.isBlank())
                .map(String::strip)
                .toList();
    }
}
