package io.caravana.servicenow;

import com.fasterxml.jackson.core.io.SerializedString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
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

    private static final int NONE = -1;

    /** A name in the answers. */
    static final class Field {
        private final SerializedString name;
        private boolean isWanted;
        private int value = NONE;
        private int display = NONE;

        private Field(String name) {
            this.name = new SerializedString(name);
        }

        SerializedString name() {
            return name;
        }

        boolean isWanted() {
            return isWanted;
        }
    }

    private final Map<String, Field> known = new HashMap<>();
    /** As the records have them, one after the other: the next record has most likely the same. */
    private final List<Field> order = new ArrayList<>();

    private final List<String> names = new ArrayList<>();
    private final Set<String> values = new LinkedHashSet<>();
    private Set<String> only;
    private Set<String> leftOut = Set.of();

    Fields() {
        value(field("sys_id"));
    }

    /** Leaves out of the records to come what was not asked for. */
    void only(Collection<String> wanted) {
        only = new HashSet<>(wanted);
        only.add("sys_id");
        known.values().forEach(this::choose);
    }

    /** Has the values of these fields not taken from answers. */
    void leaveOut(Set<String> fields) {
        leftOut = fields;
        known.values().forEach(this::choose);
    }

    private Field choose(Field field) {
        var name = field.name.getValue();
        field.isWanted = (only == null || only.contains(name)) && !leftOut.contains(name);
        return field;
    }

    /** The field that a record is expected to have as its n-th; null where nothing is known. */
    Field expected(int n) {
        return n < order.size() ? order.get(n) : null;
    }

    /** The field that a record has as its n-th. */
    Field found(int n, String name) {
        var field = field(name);
        if (n < order.size()) {
            order.set(n, field);
        } else {
            order.add(field);
        }
        return field;
    }

    /** The field of that name. */
    Field field(String name) {
        return known.computeIfAbsent(name, unknown -> choose(new Field(name)));
    }

    int value(Field field) {
        if (field.value == NONE) {
            field.value = add(field.name.getValue());
            values.add(field.name.getValue());
        }
        return field.value;
    }

    int display(Field field) {
        if (field.display == NONE) {
            value(field);
            field.display = add("dv_" + field.name.getValue());
        }
        return field.display;
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
        return Collections.unmodifiableSet(values);
    }

    int size() {
        return names.size();
    }
}
