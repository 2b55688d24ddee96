package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Effects;
import io.caravana.action.Project;
import io.caravana.action.Projects;
import io.caravana.action.Secrets;
import io.caravana.settings.Similar;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** The steps of the REST routes for projects of actions. */
@Component("projectApi")
@ConditionalOnWebApplication
final class ProjectApi {

    private static final Pattern EMAIL = Pattern.compile("[^\\s@/]{1,100}(@[^\\s@/]{1,100})?");

    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,100}");
    private static final int MOST_HOSTS = 100;
    private static final int LARGEST_SECRET = 16 * 1024;

    private final Api api;
    private final Projects projects;
    private final Secrets secrets;
    private final Effects effects;
    private final ActionAccess access;
    private final ObjectMapper json;

    ProjectApi(Api api, Projects projects, Secrets secrets, Effects effects, ActionAccess access, ObjectMapper json) {
        this.api = api;
        this.projects = projects;
        this.secrets = secrets;
        this.effects = effects;
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

    /** Says which hosts the codes of a project may ask over HTTP. */
    public void allow(Exchange exchange, @Header("id") String id) throws IOException {
        Query.of(exchange);
        var project = access.project(id, Project.MODERATOR);
        var said = object(Api.body(exchange), List.of("hosts")).path("hosts");
        var hosts = StreamSupport.stream(said.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        if (!said.isArray()
                || hosts.size() > MOST_HOSTS
                || !hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
            throw new BadRequestException(
                    "hosts takes up to %d names in small letters such as api.example.com or *.example.com"
                            .formatted(MOST_HOSTS));
        }
        projects.allow(project.uuid(), hosts);
        api.answer(exchange, projects.find(project.uuid()).orElseThrow());
    }

    /** Answers with the names of a project's secrets. */
    public void secrets(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(
                exchange, secrets.list(access.project(id, Project.CONTRIBUTOR).uuid()));
    }

    /** Stores a secret, which is the body. */
    public void putSecret(Exchange exchange, @Header("id") String id, @Header("name") String name) throws IOException {
        Query.of(exchange);
        var project = access.project(id, Project.MODERATOR);
        if (!secrets.isOn()) {
            throw new BadRequestException(
                    409,
                    "there is no key for secrets: set CARAVANA_ACTION_SECRET_KEY to what 'openssl rand -base64 32' prints");
        }
        if (!NAME.matcher(name).matches()) {
            throw new BadRequestException("'%s' is no name: it takes letters, digits and _".formatted(name));
        }
        var value = CodeApi.text(exchange, DataSize.ofBytes(LARGEST_SECRET));
        if (value.isEmpty()) {
            throw new BadRequestException("the body is empty: it takes the secret");
        }
        secrets.put(project.uuid(), name, value, access.name());
        api.answer(exchange, secrets.list(project.uuid()));
    }

    /** Forgets a secret. */
    public void removeSecret(Exchange exchange, @Header("id") String id, @Header("name") String name)
            throws JsonProcessingException {
        Query.of(exchange);
        var project = access.project(id, Project.MODERATOR);
        if (!secrets.remove(project.uuid(), name)) {
            throw new BadRequestException(404, "the project has no secret '%s'".formatted(name));
        }
        api.answer(exchange, secrets.list(project.uuid()));
    }

    /** Answers with what runs of a project asked for, newest first. */
    public void effects(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        var query = Query.of(exchange, "status", "before", "limit");
        var project = access.project(id, Project.VIEWER);
        Api.known("status", query.text("status"), List.of("proposed", "due", "done", "failed"), other -> false);
        api.page(
                exchange,
                query,
                limit -> effects.list(project.uuid(), query.text("status"), query.number("before"), limit),
                Effects.Effect::id);
    }
}
