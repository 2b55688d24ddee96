package io.caravana.simulator;

import com.fasterxml.jackson.core.io.SerializedString;

/**
 * A column at its place in a table's rows.
 *
 * @param owner the table that declares it, the table itself or one it extends
 * @param reference the table it points to, or empty
 */
record Column(
        int position,
        String owner,
        String name,
        String internalType,
        ColumnType type,
        int maxLength,
        String reference,
        String label,
        SerializedString json) {

    static Column of(
            int position,
            String owner,
            String name,
            String internalType,
            int maxLength,
            String reference,
            String label) {
        var target = internalType.equals("domain_id") ? "sys_user_group" : reference;
        return new Column(
                position,
                owner,
                name,
                internalType,
                ColumnType.of(internalType),
                maxLength,
                target,
                label,
                new SerializedString(name));
    }

    Column at(int place) {
        return new Column(place, owner, name, internalType, type, maxLength, reference, label, json);
    }

    /** The dictionary points to tables and types by their name, all else by sys_id. */
    boolean pointsByName() {
        return owner.equals("sys_dictionary");
    }

    boolean isSysId() {
        return name.equals("sys_id");
    }
}
