package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.ActionProperties;
import io.caravana.action.Actions;
import io.caravana.action.Code;
import io.caravana.action.Code.Draft;
import io.caravana.action.Codes;
import io.caravana.action.Language;
import io.caravana.action.Project;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** The steps of the REST routes for codes. */
@Component("codeApi")
@ConditionalOnWebApplication
final class CodeApi {

    private static final List<String> TYPES = List.of("flow", "endpoint");
    private static final List<String> ALIASES = List.of("live", "test");

    private final Api api;
    private final Codes codes;
    private final ActionAccess access;
    private final ActionProperties limits;
    private final ObjectMapper json;

    CodeApi(Api api, Codes codes, ActionAccess access, Actions actions, ObjectMapper json) {
        this.api = api;
        this.codes = codes;
        this.access = access;
        this.limits = actions.limits();
        this.json = json;
    }

    /** Answers with the codes of a project, newest first. */
    public void list(Exchange exchange) throws JsonProcessingException {
        var query = Query.of(exchange, "project_uuid", "code_type");
        var project = access.project(needed(query, "project_uuid"), Project.VIEWER);
        var type = query.text("code_type");
        Api.known("code_type", type, TYPES, other -> false);
        api.answer(exchange, codes.list(project.uuid(), type));
    }

    private static String needed(Query query, String name) {
        if (query.text(name) == null) {
            throw new BadRequestException("the parameter %s is missing".formatted(name));
        }
        return query.text(name);
    }

    /** Makes a code; its source is the body. */
    public void create(Exchange exchange) throws IOException {
        var query = Query.of(exchange, "project_uuid", "name", "type", "language", "timeout", "protected");
        var project = access.project(needed(query, "project_uuid"), Project.CONTRIBUTOR);
        needed(query, "name");
        needed(query, "type");
        needed(query, "language");
        var code = codes.create(project.uuid(), draft(exchange, query, true), access.name());
        api.answer(exchange, 201, code);
        exchange.getMessage().setHeader("Location", "/code/" + code.id());
    }

    private Draft draft(Exchange exchange, Query query, boolean isNew) throws IOException {
        var name = query.text("name");
        if (name != null && name.length() > 255) {
            throw new BadRequestException("name takes 1 to 255 characters");
        }
        Api.known("type", query.text("type"), TYPES, other -> false);
        var source = text(exchange, limits.sourceSize());
        if (isNew && source.isBlank()) {
            throw new BadRequestException("the body is empty: it takes the source");
        }
        return new Draft(
                name,
                query.text("type"),
                language(query.text("language")),
                timeout(query.number("timeout")),
                isProtected(query.text("protected")),
                source.isBlank() ? null : source);
    }

    private static Language language(String words) {
        if (words == null) {
            return null;
        }
        var language = Language.of(words)
                .orElseThrow(() ->
                        new BadRequestException("language is '%s': it takes python or javascript".formatted(words)));
        if (language == Language.GO) {
            throw new BadRequestException(
                    501, "codes in Go are not run here: a compiler for each change is no part of the sandbox");
        }
        return language;
    }

    private static Integer timeout(Long seconds) {
        if (seconds != null && (seconds < 5 || seconds > 120)) {
            throw new BadRequestException("timeout is %d, which is not between 5 and 120 seconds".formatted(seconds));
        }
        return seconds == null ? null : seconds.intValue();
    }

    private static Boolean isProtected(String words) {
        Api.known("protected", words, List.of("true", "false"), other -> false);
        return words == null ? null : Boolean.valueOf(words);
    }

    /** The body as text, whatever its type is said to be. */
    static String text(Exchange exchange, DataSize largest) throws IOException {
        var stream = exchange.getMessage().getBody(InputStream.class);
        var bytes = stream == null ? new byte[0] : stream.readNBytes((int) largest.toBytes() + 1);
        if (bytes.length > largest.toBytes()) {
            throw new BadRequestException(413, "the body is larger than %d kB".formatted(largest.toKilobytes()));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadRequestException("The body has to be text in UTF-8.");
        }
    }

    /** Answers with a code and the source that is live. */
    public void show(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, access.code(id, Project.VIEWER));
    }

    /** Changes a code; a body becomes a version that is live at once. */
    public void change(Exchange exchange, @Header("id") String id) throws IOException {
        var query = Query.of(exchange, "name", "type", "language", "timeout", "protected");
        var code = access.code(id, Project.CONTRIBUTOR);
        var draft = draft(exchange, query, false);
        if (draft.language() != null && draft.language() != code.language()) {
            throw new BadRequestException("a code keeps its language, %s: make another one for %s"
                    .formatted(code.language().inWords(), draft.language().inWords()));
        }
        if (draft.isProtected() != null && draft.isProtected() != code.isProtected()) {
            access.require(code.projectUuid(), Project.MODERATOR);
        }
        api.answer(exchange, codes.change(code.id(), draft, access.name()));
    }

    /** Forgets a code with its runs. */
    public void delete(Exchange exchange, @Header("id") String id) {
        Query.of(exchange);
        codes.delete(access.code(id, Project.CONTRIBUTOR).id());
        api.empty(exchange);
    }

    /** Answers with the versions of a code, newest first, without their sources. */
    public void versions(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, codes.versions(access.code(id, Project.VIEWER).id()));
    }

    /** Answers with a version and its source. */
    public void version(Exchange exchange, @Header("id") String id, @Header("number") String number)
            throws JsonProcessingException {
        Query.of(exchange);
        var code = access.code(id, Project.VIEWER);
        api.answer(exchange, version(code, number));
    }

    private Code.Version version(Code code, String number) {
        var words = number.matches("\\d{1,9}") ? Integer.parseInt(number) : 0;
        return codes.version(code.id(), words)
                .orElseThrow(() -> new BadRequestException(404, "the code has no version '%s'".formatted(number)));
    }

    /** Adds a version, which tests run from now on; its source is the body. */
    public void addVersion(Exchange exchange, @Header("id") String id) throws IOException {
        Query.of(exchange);
        var code = access.code(id, Project.CONTRIBUTOR);
        var source = text(exchange, limits.sourceSize());
        if (source.isBlank()) {
            throw new BadRequestException("the body is empty: it takes the source");
        }
        var version = codes.add(code.id(), source, access.name());
        api.answer(exchange, 201, version);
        exchange.getMessage().setHeader("Location", "/code/%s/version/%d".formatted(id, version.number()));
    }

    /** Has an alias name a version. */
    public void moveAlias(Exchange exchange, @Header("id") String id, @Header("alias") String alias)
            throws IOException {
        Query.of(exchange);
        var code = access.code(id, Project.CONTRIBUTOR);
        if (!ALIASES.contains(alias)) {
            throw new BadRequestException(404, "there is no alias '%s'; there are live, test".formatted(alias));
        }
        var said = json.readTree(Api.body(exchange)).path("version");
        if (!said.isInt()) {
            throw new BadRequestException("the body takes the number of a version, such as {\"version\": 3}");
        }
        var version = version(code, said.asText());
        codes.move(code.id(), alias, version.number(), access.name());
        api.answer(exchange, Map.of("alias", alias, "version", version.number()));
    }
}
