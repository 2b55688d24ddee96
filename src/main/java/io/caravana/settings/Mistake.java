package io.caravana.settings;

import org.springframework.validation.Errors;

/** What a record finds wrong in its values that no constraint on one of them could say. */
public final class Mistake {

    static final String CODE = "mistake";

    private Mistake() {}

    /**
     * Notes a mistake.
     *
     * @param field the component, e.g. {@code tables[3].job}
     * @param right what would be right, as a part of a sentence
     */
    public static void note(Errors errors, String field, String right) {
        errors.rejectValue(field, CODE, right);
    }
}
