package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/** Writes rows as JSON objects in one of the three shapes of {@code sysparm_display_value}. */
final class RecordWriter {
    /** Which of the raw and the display value an answer shows. */
    enum Mode {
        RAW,
        DISPLAY,
        ALL;

        static Mode of(String parameter) {
            return switch (parameter) {
                case "true" -> DISPLAY;
                case "all" -> ALL;
                default -> RAW;
            };
        }
    }

    private final Tables tables;
    private final DisplayValues display;
    private final Mode mode;
    private final boolean links;
    private final String tableUrl;

    /** @param tableUrl what reference links begin with, up to the slash before the table's name */
    RecordWriter(Tables tables, DisplayValues display, Mode mode, boolean links, String tableUrl) {
        this.tables = tables;
        this.display = display;
        this.mode = mode;
        this.links = links;
        this.tableUrl = tableUrl;
    }

    void write(JsonGenerator json, Row row, List<Path> fields) throws IOException {
        json.writeStartObject();
        writeFields(json, row, fields);
        json.writeEndObject();
    }

    void writeFields(JsonGenerator json, Row row, List<Path> fields) throws IOException {
        for (var field : fields) {
            json.writeFieldName(field.json());
            if (field.isDirect()) {
                writeCell(json, row, field.column());
            } else {
                writeWalked(json, row, field);
            }
        }
    }

    private void writeWalked(JsonGenerator json, Row row, Path field) throws IOException {
        var cell = field.cell(row);
        if (cell != null) {
            writeCell(json, cell.row(), cell.column());
        } else if (mode == Mode.ALL) {
            writeBoth(json, "", "");
        } else {
            json.writeString("");
        }
    }

    private void writeCell(JsonGenerator json, Row row, Column column) throws IOException {
        var value = row.get(column.position());
        var isReference = column.type() == ColumnType.REFERENCE;
        if (isReference && links && !value.isEmpty()) {
            writeLinked(json, row, column, value);
            return;
        }
        switch (mode) {
            case RAW -> json.writeString(column.type() == ColumnType.PASSWORD ? hidden(value) : value);
            case DISPLAY -> json.writeString(shown(row, column));
            case ALL -> writeAll(json, row, column, value);
        }
    }

    private void writeAll(JsonGenerator json, Row row, Column column, String value) throws IOException {
        json.writeStartObject();
        json.writeStringField("display_value", display.of(row, column));
        json.writeStringField("value", column.type() == ColumnType.PASSWORD ? hidden(value) : value);
        if (column.type() == ColumnType.CURRENCY) {
            json.writeStringField("currency_display_value", display.of(row, column));
        }
        json.writeEndObject();
    }

    private void writeLinked(JsonGenerator json, Row row, Column column, String value) throws IOException {
        json.writeStartObject();
        if (mode != Mode.RAW) {
            json.writeStringField("display_value", shown(row, column));
        }
        json.writeStringField("link", link(column, value));
        if (mode != Mode.DISPLAY) {
            json.writeStringField("value", value);
        }
        json.writeEndObject();
    }

    private static void writeBoth(JsonGenerator json, String shown, String value) throws IOException {
        json.writeStartObject();
        json.writeStringField("display_value", shown);
        json.writeStringField("value", value);
        json.writeEndObject();
    }

    private String shown(Row row, Column column) {
        var shown = display.of(row, column);
        return shown == null ? "" : shown;
    }

    private String link(Column column, String value) {
        var separator = column.pointsByName() ? "?name=" : "/";
        return tableUrl + column.reference() + separator + value;
    }

    private static String hidden(String password) {
        return password.isEmpty() ? "" : "********";
    }
}
