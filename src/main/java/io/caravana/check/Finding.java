package io.caravana.check;

/**
 * What came of trying one thing.
 *
 * @param name what was tried, e.g. {@code table incident}
 * @param ok false where a load would fail
 * @param detail what was found, in one line
 * @param advice what to do; empty where nothing is. With {@code ok} it can wait
 */
public record Finding(String name, boolean ok, String detail, String advice) {

    public Finding {
        detail = detail.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    static Finding fine(String name, String detail) {
        return new Finding(name, true, detail, "");
    }

    static Finding warning(String name, String detail, String advice) {
        return new Finding(name, true, detail, advice);
    }

    static Finding wrong(String name, String detail, String advice) {
        return new Finding(name, false, detail, advice);
    }
}
