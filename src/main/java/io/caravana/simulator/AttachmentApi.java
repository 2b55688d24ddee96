package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Files at records, over {@code /api/now/attachment}: their rows are in sys_attachment, what was sent is kept here. */
final class AttachmentApi {
    static final String TABLE = "sys_attachment";

    private static final Pattern BOUNDARY = Pattern.compile("multipart/form-data.*boundary=\"?([^\";]+)\"?.*");
    private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
    private static final Pattern FILE_NAME = Pattern.compile("filename=\"([^\"]*)\"");
    private static final Pattern TYPE = Pattern.compile("(?i)\r\nContent-Type: *([^\r]*)");

    private final Instance instance;
    private final Records records;
    private final Map<String, byte[]> contents = new ConcurrentHashMap<>();

    AttachmentApi(Instance instance, Records records) {
        this.instance = instance;
        this.records = records;
    }

    /** What is in a file that nobody has sent. */
    static byte[] madeUp(String fileName) {
        return "This is %s.\n".formatted(fileName).repeat(fileName.length()).getBytes(StandardCharsets.UTF_8);
    }

    static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** @param rest what follows in the path: nothing, a key, a key with {@code /file}, {@code file} or {@code upload} */
    Answer answer(Call call, String rest) {
        var table = instance.tables().get(TABLE);
        return switch (call.method()) {
            case "GET" -> rest.isEmpty() ? list(call, table) : one(call, table, rest);
            case "POST" ->
                switch (rest) {
                    case "file" -> store(call, table, call.parameters(), type(call), call.body());
                    case "upload" -> upload(call, table);
                    default -> Router.notAllowed();
                };
            case "DELETE" -> delete(table, rest);
            default -> Router.notAllowed();
        };
    }

    private Answer list(Call call, Table table) {
        var limit = TableApi.number(call, "sysparm_limit", 1_000);
        var offset = TableApi.number(call, "sysparm_offset", 0);
        if (limit < 1 || offset < 0) {
            return Answer.error(400, "Invalid value given for sysparm_limit or sysparm_offset", null);
        }
        var page = instance.selection().page(table, instance.query(call, table), offset, limit, true);
        return Answer.json(200, json -> {
                    json.writeStartObject();
                    json.writeArrayFieldStart("result");
                    for (var row : page.rows()) {
                        write(json, call, row);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                })
                .with("X-Total-Count", Long.toString(page.total()));
    }

    private Answer one(Call call, Table table, String rest) {
        var isFile = rest.endsWith("/file");
        var row = table.get(isFile ? rest.substring(0, rest.length() - "/file".length()) : rest);
        if (row == null) {
            return TableApi.noRecord();
        }
        if (!isFile) {
            return single(call, 200, row);
        }
        var content = contents.getOrDefault(row.sysId(), madeUp(row.get("file_name")));
        var type = row.get("content_type");
        return new Answer(
                200,
                Map.of("Content-Type", type.isEmpty() ? "application/octet-stream" : type),
                out -> out.write(content));
    }

    private Answer single(Call call, int status, Row row) {
        return Answer.json(status, json -> {
            json.writeStartObject();
            json.writeFieldName("result");
            write(json, call, row);
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, Call call, Row row) throws IOException {
        json.writeStartObject();
        for (var column : row.table().columns()) {
            json.writeStringField(column.name(), row.get(column.position()));
        }
        json.writeStringField("download_link", call.base() + "/api/now/attachment/" + row.sysId() + "/file");
        json.writeEndObject();
    }

    private static String type(Call call) {
        return call.contentType() == null ? "" : call.contentType();
    }

    private Answer store(Call call, Table table, Map<String, String> about, String type, byte[] content) {
        var record =
                instance.tables().find(about.getOrDefault("table_name", ""), about.getOrDefault("table_sys_id", ""));
        var name = about.getOrDefault("file_name", "");
        if (record == null || name.isEmpty()) {
            return Answer.error(
                    400, "Invalid table, record or file name", "table_name, table_sys_id and file_name are needed");
        }
        var row = records.insert(
                table,
                Map.of(
                        "table_name", about.get("table_name"),
                        "table_sys_id", record.sysId(),
                        "file_name", name,
                        "content_type", type,
                        "size_bytes", Integer.toString(content.length),
                        "size_compressed", Integer.toString(content.length),
                        "compressed", "true",
                        "state", "available",
                        "hash", hash(content)),
                instance.username());
        contents.put(row.sysId(), content);
        return single(call, 201, row).with("Location", call.base() + "/api/now/attachment/" + row.sysId());
    }

    /** A form as a browser sends it: the fields, and one file in {@code uploadFile}. */
    private Answer upload(Call call, Table table) {
        var boundary = BOUNDARY.matcher(type(call));
        if (!boundary.matches()) {
            return Answer.error(400, "Failed to create the attachment", "The body is no multipart/form-data");
        }
        var fields = new HashMap<String, String>();
        var type = "";
        var content = new byte[0];
        for (var part : parts(call.body(), boundary.group(1))) {
            var end = part.indexOf("\r\n\r\n");
            var name = NAME.matcher(end < 0 ? "" : part.substring(0, end));
            if (!name.find()) {
                continue;
            }
            var head = part.substring(0, end);
            var value = part.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1);
            var file = FILE_NAME.matcher(head);
            if (file.find()) {
                content = value;
                fields.put("file_name", utf8(file.group(1).getBytes(StandardCharsets.ISO_8859_1)));
                var typed = TYPE.matcher(head);
                type = typed.find() ? typed.group(1).strip() : "";
            } else {
                fields.put(name.group(1), utf8(value));
            }
        }
        return store(call, table, fields, type, content);
    }

    /** The parts between the boundaries, a character for each byte. */
    private static List<String> parts(byte[] body, String boundary) {
        var text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
        return List.of(text.split(Pattern.quote("\r\n--" + boundary)));
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Answer delete(Table table, String sysId) {
        if (!records.delete(table, sysId, instance.username())) {
            return TableApi.noRecord();
        }
        contents.remove(sysId);
        return Answer.none(204);
    }
}
