package io.caravana.replica;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * A text array as a statement's parameter, in PostgreSQL's binary form. The driver encodes a {@code String[]} into a
 * buffer that it doubles and copies as it grows; here the size is known, and a text that repeats is encoded once.
 */
final class TextArray extends PGobject implements PGBinaryObject {

    private static final long serialVersionUID = 1L;
    private static final int TEXT_OID = 25;
    /** Dimensions, whether there may be NULLs, the elements' type, their number, the number of the first. */
    private static final int HEADER = 5 * Integer.BYTES;

    private final byte[][] elements;
    private final int length;

    /** @param texts the elements; null for NULL */
    TextArray(String[] texts) {
        setType("_text");
        elements = new byte[texts.length][];
        var bytes = HEADER;
        for (int i = 0; i < texts.length; i++) {
            bytes += Integer.BYTES;
            if (texts[i] != null) {
                var isRepeated = i > 0 && texts[i] == texts[i - 1];
                elements[i] = isRepeated ? elements[i - 1] : texts[i].getBytes(StandardCharsets.UTF_8);
                bytes += elements[i].length;
            }
        }
        length = bytes;
    }

    @Override
    public int lengthInBytes() {
        return length;
    }

    @Override
    public void toBytes(byte[] target, int offset) {
        var buffer = ByteBuffer.wrap(target, offset, length);
        buffer.putInt(1).putInt(1).putInt(TEXT_OID).putInt(elements.length).putInt(1);
        for (var element : elements) {
            if (element == null) {
                buffer.putInt(-1);
            } else {
                buffer.putInt(element.length).put(element);
            }
        }
    }

    /** The same as text, for a connection that was told to send nothing binary. */
    @Override
    public String getValue() {
        var literal = new StringBuilder(length).append('{');
        for (var element : elements) {
            literal.append(literal.length() == 1 ? "" : ",");
            if (element == null) {
                literal.append("NULL");
            } else {
                var text = new String(element, StandardCharsets.UTF_8);
                literal.append('"')
                        .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            }
        }
        return literal.append('}').toString();
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("is only sent, never received");
    }
}
