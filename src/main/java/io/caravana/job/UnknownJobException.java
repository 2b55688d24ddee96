package io.caravana.job;

import io.caravana.settings.Similar;
import java.util.List;

/** A job was asked for that is not configured. */
public final class UnknownJobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param known the jobs that there are */
    public UnknownJobException(String job, List<String> known) {
        super("there is no job '%s'; the jobs are %s"
                .formatted(
                        job,
                        String.join(", ", known)
                                + Similar.nearest(job, known)
                                        .map(". Did you mean '%s'?"::formatted)
                                        .orElse("")));
    }
}
