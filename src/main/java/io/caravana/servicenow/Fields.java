package io.caravana.servicenow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields of a read, each with its place in the records' value arrays, in the order in which they were first seen.
 * A display value is a field of its own, named {@code dv_<field>}. Place 0 is {@code sys_id}. Not thread-safe: a read
 * is one thread's.
 */
public final class Fields {

    /** The place of {@code sys_id} in every record. */
    public static final int SYS_ID = 0;

    private record Place(int value, int display) {}

    private final Map<String, Place> places = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private Set<String> only;
    private Set<String> leftOut = Set.of();

    Fields() {
        place("sys_id", false);
    }

    /** Leaves out of the records to come what was not asked for. */
    void only(Collection<String> wanted) {
        only = new HashSet<>(wanted);
        only.add("sys_id");
    }

    boolean isWanted(String field) {
        return (only == null || only.contains(field)) && !leftOut.contains(field);
    }

    /** Has the values of these fields not taken from answers. */
    void leaveOut(Set<String> fields) {
        leftOut = fields;
    }

    int value(String field) {
        var place = places.get(field);
        return place == null ? place(field, false).value : place.value;
    }

    int display(String field) {
        var place = places.get(field);
        if (place == null || place.display < 0) {
            place = place(field, true);
        }
        return place.display;
    }

    private Place place(String field, boolean withDisplay) {
        var known = places.get(field);
        var value = known == null ? add(field) : known.value;
        var place = new Place(value, withDisplay ? add("dv_" + field) : -1);
        places.put(field, place);
        return place;
    }

    private int add(String name) {
        names.add(name);
        return names.size() - 1;
    }

    /** The names of all fields seen so far, by place. */
    public List<String> names() {
        return Collections.unmodifiableList(names);
    }

    /** The names of the fields seen so far, without their display values. */
    public Set<String> values() {
        return Collections.unmodifiableSet(places.keySet());
    }

    int size() {
        return names.size();
    }
}
