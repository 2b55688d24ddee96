package io.caravana.replica;

import io.caravana.servicenow.SourceRecord;

/** A record's value as characters, a byte each: for types whose values are ASCII. Looks at one value at a time. */
public final class ValueText implements CharSequence {

    private final SourceRecord row;
    private int place;

    public ValueText(SourceRecord row) {
        this.row = row;
    }

    public ValueText at(int newPlace) {
        place = newPlace;
        return this;
    }

    @Override
    public int length() {
        return row.length(place);
    }

    @Override
    public char charAt(int index) {
        return (char) (row.at(place, index) & 0xFF);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return toString().substring(start, end);
    }

    @Override
    public String toString() {
        return new StringBuilder(length()).append(this, 0, length()).toString();
    }
}
