package io.caravana.replica;

import io.caravana.servicenow.SourceRecord;
import java.nio.ByteBuffer;
import java.util.List;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * A batch's values of one field as a text array, a statement's parameter; empty values are NULL. In PostgreSQL's binary
 * form, straight from the records: the driver would encode a {@code String[]} into a buffer that it doubles as it grows.
 */
public final class TextArray extends PGobject implements PGBinaryObject {

    private static final long serialVersionUID = 1L;
    private static final int TEXT_OID = 25;
    /** Dimensions, whether there may be NULLs, the elements' type, their number, the number of the first. */
    private static final int HEADER = 5 * Integer.BYTES;

    private static final int NULL = -1;

    private final transient List<SourceRecord> rows;
    private final int place;
    private final int length;
    private final int present;

    public TextArray(List<SourceRecord> rows, int place) {
        setType("_text");
        this.rows = rows;
        this.place = place;
        var bytes = HEADER + rows.size() * Integer.BYTES;
        var absent = 0;
        for (var row : rows) {
            var value = row.length(place);
            bytes += Math.max(0, value);
            absent += value < 0 ? 1 : 0;
        }
        length = bytes;
        present = rows.size() - absent;
    }

    /** How many of the records have the field, be it empty. */
    public int present() {
        return present;
    }

    @Override
    public int lengthInBytes() {
        return length;
    }

    @Override
    public void toBytes(byte[] target, int offset) {
        var buffer = ByteBuffer.wrap(target, offset, length);
        buffer.putInt(1).putInt(1).putInt(TEXT_OID).putInt(rows.size()).putInt(1);
        for (var row : rows) {
            var bytes = row.length(place);
            if (bytes <= 0) {
                buffer.putInt(NULL);
            } else {
                buffer.putInt(bytes);
                row.copy(place, target, buffer.position());
                buffer.position(buffer.position() + bytes);
            }
        }
    }

    /** The same as text, for a connection that was told to send nothing binary. */
    @Override
    public String getValue() {
        var literal = new StringBuilder(length).append('{');
        for (var row : rows) {
            literal.append(literal.length() == 1 ? "" : ",");
            if (row.length(place) <= 0) {
                literal.append("NULL");
            } else {
                var text = row.value(place).replace("\\", "\\\\").replace("\"", "\\\"");
                literal.append('"').append(text).append('"');
            }
        }
        return literal.append('}').toString();
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("is only sent, never received");
    }
}
