package io.caravana.job;

import java.util.List;

/** A job was asked for that is not configured. */
public final class UnknownJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownJobException(String job, List<String> known) {
        super("there is no job '%s'; the jobs are %s".formatted(job, String.join(", ", known)));
    }
}
