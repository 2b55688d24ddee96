package io.caravana.replica;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The tickets that somebody may see: ServiceNow's own rules are not in the replica. Each query of tickets takes {@link #CONDITION}, for
 * the ticket that it calls {@code ticket}, and the parameters that {@link #bind} gives it. What belongs to a ticket is joined to it.
 *
 * @param companies keys of {@code core_company}; null: tickets of every company and of none
 * @param groups keys of {@code sys_user_group}; null: tickets of every group and of none
 */
public record RowScope(Set<String> companies, Set<String> groups) {

    /** Nothing is kept back. */
    public static final RowScope EVERYTHING = new RowScope(null, null);

    /** Where the ticket's columns are the table's own. */
    public static final String CONDITION = condition("ticket.company", "ticket.assignment_group");

    /** @throws IllegalArgumentException if a set has something that is no text */
    public RowScope {
        companies = companies == null ? null : Set.copyOf(companies);
        groups = groups == null ? null : Set.copyOf(groups);
    }

    /**
     * The condition, for a table that may lack a column.
     *
     * @param company an SQL expression, {@code NULL::text} where the table has no company: then whoever is limited to companies sees none
     * @param group the same for the assignment group
     */
    public static String condition(String company, String group) {
        return "caravana.in_scope(%s, %s, CAST(:scope_companies AS text[]), CAST(:scope_groups AS text[]))"
                .formatted(company, group);
    }

    public boolean isUnlimited() {
        return companies == null && groups == null;
    }

    /** What both scopes have. */
    public RowScope within(RowScope other) {
        return new RowScope(common(companies, other.companies), common(groups, other.groups));
    }

    private static Set<String> common(Set<String> one, Set<String> other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        var both = new TreeSet<>(one);
        both.retainAll(other);
        return both;
    }

    /** Gives a query the values of its {@link #condition}. */
    public JdbcClient.StatementSpec bind(JdbcClient.StatementSpec query) {
        return query.param("scope_companies", array(companies)).param("scope_groups", array(groups));
    }

    private static String[] array(Collection<String> keys) {
        return keys == null ? null : keys.toArray(String[]::new);
    }
}
