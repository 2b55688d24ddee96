package io.caravana.ticket;

import io.caravana.replica.RowScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Names of groups, people and companies, for whoever has typed a part of one. */
@Component
public class Names {

    private static final int MOST = 20;
    private static final Map<String, String> TABLES =
            Map.of("group", "groups", "person", "sys_user", "company", "sys_company");

    private final JdbcClient jdbc;
    private final Columns columns;

    Names(JdbcClient jdbc, Columns columns) {
        this.jdbc = jdbc;
        this.columns = columns;
    }

    /**
     * Those that begin with a text, then those that have it. Whoever is limited gets the names of their limit alone.
     *
     * @param kind {@code group}, {@code person} or {@code company}
     */
    public List<String> like(String kind, String text, RowScope scope) {
        var table = TABLES.get(kind);
        if (table == null) {
            throw new IllegalArgumentException("there are no names of '%s', only of %s"
                    .formatted(
                            kind,
                            String.join(", ", TABLES.keySet().stream().sorted().toList())));
        }
        var keys = kind.equals("group") ? scope.groups() : kind.equals("company") ? scope.companies() : null;
        if (!columns.has(table, "name") || text.isBlank() || keys == null && !scope.isUnlimited()) {
            return List.of();
        }
        return jdbc.sql("""
                        SELECT name FROM servicenow."%s"
                        WHERE name ILIKE '%%' || :text || '%%' AND (CAST(:keys AS text[]) IS NULL OR sys_id = ANY (CAST(:keys AS text[])))
                        GROUP BY name ORDER BY name ILIKE :text || '%%' DESC, name LIMIT :most""".formatted(table))
                .param("text", text.strip().replaceAll("([\\\\%_])", "\\\\$1"))
                .param("keys", keys == null ? null : array(keys))
                .param("most", MOST)
                .query(String.class)
                .list();
    }

    private static String[] array(Set<String> keys) {
        return keys.toArray(String[]::new);
    }
}
