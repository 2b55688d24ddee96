package io.caravana.action;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The projects of codes, and who may do what in them. */
@Component("actionProjects")
public class Projects {

    private static final String SELECT = """
            SELECT p.id, p.name, p.created_by, p.created_at, p.hosts,
              ARRAY(SELECT email FROM caravana.action_permission WHERE project = p.id ORDER BY email) AS emails,
              ARRAY(SELECT role FROM caravana.action_permission WHERE project = p.id ORDER BY email) AS roles
            FROM caravana.action_project AS p""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    Projects(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Makes a project, with whoever makes it as its first moderator.
     *
     * @param uuid null: a new one
     * @param by null: nobody who has signed in
     * @return empty if there is a project with that id
     */
    public Optional<Project> create(UUID uuid, String name, String by) {
        var id = uuid == null ? UUID.randomUUID() : uuid;
        try {
            transaction.executeWithoutResult(status -> {
                jdbc.sql("INSERT INTO caravana.action_project (id, name, created_by) VALUES (?, ?, ?)")
                        .params(id, name, by)
                        .update();
                if (by != null) {
                    permit(id, by, Project.MODERATOR);
                }
            });
        } catch (DuplicateKeyException taken) {
            return Optional.empty();
        }
        return find(id);
    }

    /** @param email only those in which this one may do something; null: all */
    public List<Project> list(String email) {
        return jdbc.sql(SELECT + """
                         WHERE CAST(:email AS text) IS NULL
                          OR EXISTS (SELECT FROM caravana.action_permission WHERE project = p.id AND email = :email)
                        ORDER BY p.created_at DESC, p.id""")
                .param("email", lower(email))
                .query(Projects::read)
                .list();
    }

    public Optional<Project> find(UUID id) {
        return jdbc.sql(SELECT + " WHERE p.id = ?")
                .param(id)
                .query(Projects::read)
                .optional();
    }

    private static Project read(ResultSet row, int number) throws SQLException {
        var emails = (String[]) row.getArray("emails").getArray();
        var roles = (Short[]) row.getArray("roles").getArray();
        var permissions = new ArrayList<Project.Permission>();
        for (int index = 0; index < emails.length; index++) {
            permissions.add(new Project.Permission(emails[index], roles[index]));
        }
        return new Project(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class),
                List.of((String[]) row.getArray("hosts").getArray()),
                permissions);
    }

    /** Forgets a project with its codes, their runs and their logs. */
    public void delete(UUID id) {
        jdbc.sql("DELETE FROM caravana.action_project WHERE id = ?").param(id).update();
    }

    /** Says which hosts the codes of a project may ask. */
    public void allow(UUID id, List<String> hosts) {
        jdbc.sql("UPDATE caravana.action_project SET hosts = ? WHERE id = ?")
                .params(hosts.toArray(String[]::new), id)
                .update();
    }

    /** What somebody may do in a project; 0: nothing. */
    public int role(UUID project, String email) {
        return jdbc.sql("SELECT role FROM caravana.action_permission WHERE project = ? AND email = ?")
                .params(project, lower(email))
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** Says what somebody may do in a project. */
    public void permit(UUID project, String email, int role) {
        jdbc.sql("""
                        INSERT INTO caravana.action_permission (project, email, role) VALUES (?, ?, ?)
                        ON CONFLICT (project, email) DO UPDATE SET role = EXCLUDED.role""").params(project, lower(email), role).update();
    }

    /** Lets somebody do nothing any more in a project. Returns false if they might do nothing before. */
    public boolean forbid(UUID project, String email) {
        return jdbc.sql("DELETE FROM caravana.action_permission WHERE project = ? AND email = ?")
                        .params(project, lower(email))
                        .update()
                > 0;
    }

    private static String lower(String email) {
        return email == null ? null : email.toLowerCase(Locale.ROOT);
    }
}
