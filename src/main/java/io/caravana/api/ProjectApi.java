package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Project;
import io.caravana.action.Projects;
import io.caravana.settings.Similar;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for projects of actions. */
@Component("projectApi")
@ConditionalOnWebApplication
final class ProjectApi {

    private static final Pattern EMAIL = Pattern.compile("[^\\s@/]{1,100}(@[^\\s@/]{1,100})?");

    private final Api api;
    private final Projects projects;
    private final ActionAccess access;
    private final ObjectMapper json;

    ProjectApi(Api api, Projects projects, ActionAccess access, ObjectMapper json) {
        this.api = api;
        this.projects = projects;
        this.access = access;
        this.json = json;
    }

    /** Answers with the projects in which whoever asks may do something. */
    public void list(Exchange exchange) throws JsonProcessingException {
        Query.of(exchange);
        access.signedIn();
        api.answer(exchange, projects.list(access.isAdmin() ? null : access.name()));
    }

    /** Makes a project, whose first moderator is whoever asks. */
    public void create(Exchange exchange) throws IOException {
        Query.of(exchange);
        access.signedIn();
        var request = object(Api.body(exchange), List.of("name", "uuid"));
        var name = request.path("name").asText("").strip();
        if (name.isEmpty() || name.length() > 255) {
            throw new BadRequestException("name takes 1 to 255 characters");
        }
        var uuid = request.has("uuid") ? uuid(request.path("uuid").asText()) : null;
        var project = projects.create(uuid, name, access.name())
                .orElseThrow(() -> new BadRequestException(409, "there is a project with this uuid already"));
        api.answer(exchange, 201, project);
        exchange.getMessage().setHeader("Location", "/project/" + project.uuid());
    }

    private static UUID uuid(String text) {
        try {
            return ActionAccess.uuid(text, "project");
        } catch (BadRequestException none) {
            throw new BadRequestException("uuid is '%s': it takes one such as %s".formatted(text, UUID.randomUUID()));
        }
    }

    /** A body that is an object with no other fields than these. */
    JsonNode object(String body, List<String> fields) {
        try {
            var object = json.readTree(body);
            if (!object.isObject()) {
                throw new BadRequestException("the body takes an object with " + String.join(", ", fields));
            }
            for (var name : (Iterable<String>) object::fieldNames) {
                if (!fields.contains(name)) {
                    var meant = Similar.nearest(name, fields).map(" Did you mean '%s'?"::formatted);
                    throw new BadRequestException("there is no field '%s'; the fields are %s.%s"
                            .formatted(name, String.join(", ", fields), meant.orElse("")));
                }
            }
            return object;
        } catch (JsonProcessingException e) {
            throw new BadRequestException("the body is no JSON");
        }
    }

    /** Answers with a project. */
    public void show(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, access.project(id, Project.VIEWER));
    }

    /** Forgets a project with its codes, their runs and their logs. */
    public void delete(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        projects.delete(access.project(id, Project.MODERATOR).uuid());
        api.answer(exchange, Map.of("uuid", id));
    }

    /** Answers with who may do what in a project. */
    public void members(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, access.project(id, Project.VIEWER).authorizations());
    }

    /** Says what somebody may do in a project. */
    public void permit(Exchange exchange, @Header("id") String id, @Header("email") String email) throws IOException {
        Query.of(exchange);
        var project = access.project(id, Project.MODERATOR);
        var role = object(Api.body(exchange), List.of("role")).path("role");
        if (!role.isInt() || role.asInt() < Project.VIEWER || role.asInt() > Project.MODERATOR) {
            throw new BadRequestException("role takes 1 (viewer), 2 (contributor) or 3 (moderator)");
        }
        if (!EMAIL.matcher(email).matches()) {
            throw new BadRequestException("'%s' is no e-mail address and no user name".formatted(email));
        }
        projects.permit(project.uuid(), email, role.asInt());
        api.answer(exchange, projects.find(project.uuid()).orElseThrow().authorizations());
    }

    /** Lets somebody do nothing any more in a project. */
    public void forbid(Exchange exchange, @Header("id") String id, @Header("email") String email)
            throws JsonProcessingException {
        Query.of(exchange);
        var project = access.project(id, Project.MODERATOR);
        if (!projects.forbid(project.uuid(), email)) {
            throw new BadRequestException(404, "'%s' may do nothing in this project".formatted(email));
        }
        api.answer(exchange, projects.find(project.uuid()).orElseThrow().authorizations());
    }
}
