package io.caravana.check;

import java.util.List;

/**
 * Everything that was tried.
 *
 * @param ok whether nothing was found that would make a load fail
 * @param checks in the order in which they were tried
 */
public record Report(boolean ok, List<Finding> checks) {

    static Report of(List<Finding> findings) {
        return new Report(findings.stream().allMatch(Finding::ok), List.copyOf(findings));
    }
}
