package io.caravana.api;

import io.caravana.action.Code;
import io.caravana.action.Codes;
import io.caravana.action.Project;
import io.caravana.action.Projects;
import io.caravana.replica.RowScope;
import io.caravana.security.CurrentCaller;
import java.util.List;
import java.util.UUID;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** Who may do what with actions: a member of a project as its role has it, an administrator everything. */
@Component
@ConditionalOnWebApplication
class ActionAccess {

    private static final List<String> ROLES = List.of("a viewer", "a contributor", "a moderator");

    private final Projects projects;
    private final Codes codes;
    private final CurrentCaller caller;

    ActionAccess(Projects projects, Codes codes, CurrentCaller caller) {
        this.projects = projects;
        this.codes = codes;
        this.caller = caller;
    }

    /** The name of whoever asks; null: nobody who has signed in. */
    String name() {
        return caller.name();
    }

    /** The tickets that whoever asks may see. */
    RowScope scope() {
        return caller.scope();
    }

    /** Whether whoever asks may do everything. */
    boolean isAdmin() {
        return caller.mayAdminister();
    }

    /** Makes sure that somebody has signed in, where anybody can. */
    void signedIn() {
        if (caller.name() == null && !isAdmin()) {
            throw new BadRequestException(401, "This needs a sign-in.");
        }
    }

    /**
     * The project with that id.
     *
     * @param role what whoever asks has to be in it
     */
    Project project(String id, int role) {
        signedIn();
        var project = projects.find(uuid(id, "project"))
                .orElseThrow(() -> new BadRequestException(404, "there is no project '%s'".formatted(id)));
        require(project.uuid(), role);
        return project;
    }

    /** The code with that id, in the same way. */
    Code code(String id, int role) {
        signedIn();
        var code = find(id);
        require(code.projectUuid(), role);
        return code;
    }

    /** The code with that id, whoever asks. */
    Code find(String id) {
        return codes.find(uuid(id, "code"))
                .orElseThrow(() -> new BadRequestException(404, "there is no code '%s'".formatted(id)));
    }

    void require(UUID project, int role) {
        if (!isAdmin() && projects.role(project, caller.name()) < role) {
            throw new BadRequestException(
                    403, "this needs %s of the project %s".formatted(ROLES.get(role - 1), project));
        }
    }

    /** Reads an id; one that is none belongs to nothing. */
    static UUID uuid(String id, String what) {
        try {
            var uuid = UUID.fromString(id);
            if (uuid.toString().equalsIgnoreCase(id)) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            // answered below
        }
        throw new BadRequestException(404, "there is no %s '%s'".formatted(what, id));
    }
}
