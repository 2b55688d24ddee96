package io.caravana.replica;

import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds the companies and groups that people have named: by their keys, or by their names as they are now. */
@Component
public class RowScopes {

    private static final String EXISTS = "SELECT to_regclass(?) IS NOT NULL";
    private static final String COMPANIES = "servicenow.sys_company";
    private static final String GROUPS = "servicenow.groups";

    private final JdbcClient jdbc;

    RowScopes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The scope of those names and keys. A name that nothing has is one that lets nothing through.
     *
     * @param companies null: all
     * @param groups null: all
     */
    public RowScope of(List<String> companies, List<String> groups) {
        return companies == null && groups == null
                ? RowScope.EVERYTHING
                : new RowScope(keys(COMPANIES, companies), keys(GROUPS, groups));
    }

    private Set<String> keys(String table, List<String> named) {
        if (named == null) {
            return null;
        }
        if (!jdbc.sql(EXISTS).param(table).query(Boolean.class).single()) {
            return Set.copyOf(named);
        }
        var names = named.toArray(String[]::new);
        return jdbc.sql("SELECT unnest(CAST(:names AS text[])) UNION SELECT sys_id FROM %s WHERE name = ANY (:names)"
                        .formatted(table))
                .param("names", names)
                .query(String.class)
                .set();
    }
}
