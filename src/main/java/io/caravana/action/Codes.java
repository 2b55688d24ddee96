package io.caravana.action;

import io.caravana.action.Code.Draft;
import io.caravana.action.Code.Version;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.commons.codec.digest.DigestUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Codes with their versions. The alias {@code live} names the version that calls and events run, {@code test} that of tests. */
@Component("actionCodes")
public class Codes {

    private static final String SELECT = """
            SELECT c.*, live.version AS live, test.version AS test, v.source
            FROM caravana.action_code AS c
            JOIN caravana.action_alias AS live ON live.code = c.id AND live.name = 'live'
            JOIN caravana.action_alias AS test ON test.code = c.id AND test.name = 'test'
            JOIN caravana.action_version AS v ON v.code = c.id AND v.number = live.version""";

    private static final String ADD_VERSION = """
            INSERT INTO caravana.action_version (code, number, sha256, source, created_by)
            SELECT :code, 1 + coalesce(max(number), 0), :sha256, :source, :by FROM caravana.action_version WHERE code = :code
            RETURNING number""";

    private static final String MOVE = """
            INSERT INTO caravana.action_alias (code, name, version, moved_by) VALUES (:code, :name, :version, :by)
            ON CONFLICT (code, name) DO UPDATE SET version = EXCLUDED.version, moved_by = EXCLUDED.moved_by,
              moved_at = clock_timestamp()""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final ActionProperties properties;
    private final ActionMeters meters;

    Codes(JdbcClient jdbc, TransactionTemplate transaction, ActionProperties properties, ActionMeters meters) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.properties = properties;
        this.meters = meters;
    }

    /** Makes a code, whose first version is live. */
    public Code create(UUID project, Draft draft, String by) {
        var id = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            jdbc.sql("""
                            INSERT INTO caravana.action_code (id, project, name, type, language, timeout, protected, created_by)
                            VALUES (:id, :project, :name, :type, :language, :timeout, :protected, :by)""")
                    .param("id", id)
                    .param("project", project)
                    .param("name", draft.name())
                    .param("type", draft.type())
                    .param("language", draft.language().inWords())
                    .param(
                            "timeout",
                            draft.timeout() == null ? (int) properties.timeout().toSeconds() : draft.timeout())
                    .param("protected", draft.isProtected() == null || draft.isProtected())
                    .param("by", by)
                    .update();
            insert(id, draft.source(), true, by);
        });
        meters.created();
        return find(id).orElseThrow();
    }

    private int insert(UUID code, String source, boolean isLive, String by) {
        // two at once get different numbers
        jdbc.sql("SELECT id FROM caravana.action_code WHERE id = ? FOR UPDATE")
                .param(code)
                .query()
                .singleRow();
        var number = jdbc.sql(ADD_VERSION)
                .param("code", code)
                .param("sha256", DigestUtils.sha256Hex(source.getBytes(StandardCharsets.UTF_8)))
                .param("source", source)
                .param("by", by)
                .query(Integer.class)
                .single();
        move(code, "test", number, by);
        if (isLive) {
            move(code, "live", number, by);
        }
        return number;
    }

    /** @param type only those of this type; null: all */
    public List<Code> list(UUID project, String type) {
        return jdbc.sql(SELECT
                        + " WHERE c.project = :project AND (CAST(:type AS text) IS NULL OR c.type = :type)"
                        + " ORDER BY c.created_at DESC, c.id")
                .param("project", project)
                .param("type", type)
                .query(Codes::read)
                .list();
    }

    public Optional<Code> find(UUID id) {
        return jdbc.sql(SELECT + " WHERE c.id = ?").param(id).query(Codes::read).optional();
    }

    private static Code read(ResultSet row, int number) throws SQLException {
        return new Code(
                row.getObject("id", UUID.class),
                row.getObject("project", UUID.class),
                row.getString("name"),
                row.getString("type"),
                Language.of(row.getString("language")).orElseThrow(),
                row.getString("source"),
                row.getInt("timeout"),
                row.getBoolean("protected"),
                row.getInt("live"),
                row.getInt("test"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class),
                row.getObject("updated_at", OffsetDateTime.class));
    }

    /** Changes what a draft says; another source becomes a version that is live. */
    public Code change(UUID id, Draft draft, String by) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("""
                            UPDATE caravana.action_code SET name = coalesce(:name, name), type = coalesce(:type, type),
                              timeout = coalesce(CAST(:timeout AS integer), timeout),
                              protected = coalesce(CAST(:protected AS boolean), protected), updated_at = clock_timestamp()
                            WHERE id = :id""")
                    .param("name", draft.name())
                    .param("type", draft.type())
                    .param("timeout", draft.timeout())
                    .param("protected", draft.isProtected())
                    .param("id", id)
                    .update();
            if (draft.source() != null) {
                insert(id, draft.source(), true, by);
            }
        });
        return find(id).orElseThrow();
    }

    /** Forgets a code with its runs. */
    public void delete(UUID id) {
        jdbc.sql("DELETE FROM caravana.action_code WHERE id = ?").param(id).update();
    }

    /** Adds a version, which tests run from now on, and nothing else. */
    public Version add(UUID code, String source, String by) {
        var number = transaction.execute(status -> insert(code, source, false, by));
        return version(code, number).orElseThrow();
    }

    /** The versions of a code, newest first, without their sources. */
    public List<Version> versions(UUID code) {
        return jdbc.sql(
                        "SELECT code, number, sha256, created_by, created_at, NULL AS source FROM caravana.action_version WHERE code = ? ORDER BY number DESC")
                .param(code)
                .query(Codes::readVersion)
                .list();
    }

    public Optional<Version> version(UUID code, int number) {
        return jdbc.sql("SELECT * FROM caravana.action_version WHERE code = ? AND number = ?")
                .params(code, number)
                .query(Codes::readVersion)
                .optional();
    }

    private static Version readVersion(ResultSet row, int number) throws SQLException {
        return new Version(
                row.getObject("code", UUID.class),
                row.getInt("number"),
                row.getString("sha256"),
                row.getString("source"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class));
    }

    /** Has an alias name another version, which exists. */
    public void move(UUID code, String alias, int version, String by) {
        jdbc.sql(MOVE)
                .param("code", code)
                .param("name", alias)
                .param("version", version)
                .param("by", by)
                .update();
    }
}
