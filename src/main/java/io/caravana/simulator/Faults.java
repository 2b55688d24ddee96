package io.caravana.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** The faults that are set. Several may strike one request. */
public final class Faults {
    private final List<Armed> armed = new CopyOnWriteArrayList<>();
    private final long seed;

    Faults(long seed) {
        this.seed = seed;
    }

    /** Sets a fault, beside those that are set. */
    public void add(Fault fault) {
        armed.add(new Armed(fault, new Random(seed + armed.size())));
    }

    /** The faults that are set, struck or not. */
    public List<Fault> list() {
        return armed.stream().map(one -> one.fault).toList();
    }

    /** Takes all faults away. */
    public void clear() {
        armed.clear();
    }

    /** The faults that strike a request; pages such as a WSDL are only struck by their name. Each call counts as one request. */
    List<Fault> striking(Router.Route route) {
        var striking = new ArrayList<Fault>();
        for (var one : armed) {
            if (one.strikes(route)) {
                striking.add(one.fault);
            }
        }
        return striking;
    }

    private static final class Armed {
        private final Fault fault;
        private final Random random;
        private int requests;
        private int struck;

        Armed(Fault fault, Random random) {
            this.fault = fault;
            this.random = random;
        }

        synchronized boolean strikes(Router.Route route) {
            var concerns = fault.table().isEmpty()
                    ? !route.api().equals("page")
                    : fault.table().equals(route.table()) || fault.table().equals(route.api() + "/" + route.table());
            if (!concerns) {
                return false;
            }
            requests++;
            var isDue = requests >= fault.at() && (fault.times() == 0 || struck < fault.times());
            if (!isDue || random.nextDouble() >= fault.probability()) {
                return false;
            }
            struck++;
            return true;
        }
    }
}
