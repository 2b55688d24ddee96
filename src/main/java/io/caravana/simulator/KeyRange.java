package io.caravana.simulator;

/** From a lowest to a highest text, each included; null where it is open. */
record KeyRange(String lowest, String highest) {
    static final KeyRange ALL = new KeyRange(null, null);

    static KeyRange from(String lowest) {
        return new KeyRange(lowest, null);
    }

    static KeyRange to(String highest) {
        return new KeyRange(null, highest);
    }

    KeyRange and(KeyRange other) {
        var low = lowest == null || other.lowest != null && other.lowest.compareTo(lowest) > 0 ? other.lowest : lowest;
        var high = highest == null || other.highest != null && other.highest.compareTo(highest) < 0
                ? other.highest
                : highest;
        return new KeyRange(low, high);
    }

    KeyRange or(KeyRange other) {
        var low = lowest == null || other.lowest == null
                ? null
                : lowest.compareTo(other.lowest) < 0 ? lowest : other.lowest;
        var high = highest == null || other.highest == null
                ? null
                : highest.compareTo(other.highest) > 0 ? highest : other.highest;
        return new KeyRange(low, high);
    }

    boolean isEmpty() {
        return lowest != null && highest != null && lowest.compareTo(highest) > 0;
    }
}
