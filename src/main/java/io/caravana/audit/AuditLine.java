package io.caravana.audit;

/**
 * A call that would change something, or a sign-in. Nothing in it is secret: no query, no body, no header.
 *
 * @param who the name that has signed in; null: nobody
 * @param signedInBy {@code password}, {@code token} or {@code oidc}; {@code none}: nobody has signed in
 * @param from the address that the call came from
 * @param method the HTTP method, {@code SIGN-IN}, or {@code EXEC} and {@code WRITE} of Jolokia
 * @param path the path without its query, or Jolokia's bean and operation
 * @param status the HTTP status of the answer
 */
public record AuditLine(String who, String signedInBy, String from, String method, String path, int status) {

    private static final int LONGEST = 500;

    public AuditLine {
        path = shortened(path);
        who = who == null ? null : shortened(who);
    }

    /** PostgreSQL takes no NUL, and a line is a line. */
    private static String shortened(String text) {
        var clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }
}
