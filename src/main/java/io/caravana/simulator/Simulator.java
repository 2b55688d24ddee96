package io.caravana.simulator;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ServiceNow of one's own on a local port, with the Table API, statistics, OAuth, the dictionary and the faults of a real one.
 * Below {@code /twsd/} it is also a workload engine, whose plan begins to live when somebody asks for it.
 * Its own endpoints for tests and demos are below {@code /simulator/}. Safe for use by many threads.
 */
public final class Simulator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Simulator.class);
    private static final int THREADS = 64;
    private static final int BACKLOG = 256;

    private final HttpServer server;
    private final ExecutorService workers;
    private final ScheduledExecutorService time;
    private final Instance instance;
    private final Records records;
    private final Changes changes;
    private final Faults faults;
    private final Gate gate;
    private final Supplier<WorkloadApi> workload;
    private final RequestLog requests = new RequestLog();

    private Simulator(SimulatorProperties properties, Clock clock) throws IOException {
        var folder = Build.folder(properties);
        var tables = Build.tables(properties, folder, clock);
        instance = new Instance(tables, clock, properties.username());
        records = new Records(tables, clock);
        changes = new Changes(tables, folder, new DeskWork(tables, records, clock, properties.seed()));
        faults = new Faults(properties.seed());
        workload = new Once<>(() -> new WorkloadApi(
                new Plan(properties.seed(), properties.jobs(), clock, new PlanTickets(tables, records))));
        gate = new Gate(properties, clock);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), properties.port()), BACKLOG);
        workers = workers();
        server.setExecutor(workers);
        server.createContext(
                "/",
                new FrontDoor(
                        gate,
                        faults,
                        requests,
                        new Router(instance, records, workload),
                        new Control(faults, requests, gate, changes),
                        new FaultAnswers(clock),
                        properties.latency()));
        time = Executors.newSingleThreadScheduledExecutor(daemons("simulator-time"));
    }

    /**
     * Starts one that listens when this returns.
     *
     * @param clock decides which day it is, and with the seed which rows there are
     * @throws UncheckedIOException when the port is taken
     * @throws IllegalArgumentException when the data folder is none, or holds a table without sys_id
     */
    public static Simulator start(SimulatorProperties properties, Clock clock) {
        // Read once by the server's class: without it every answer on a kept connection waits 40 ms for an
        // acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            var simulator = new Simulator(properties, clock);
            simulator.server.start();
            simulator.letTimePass(properties.changesPerMinute());
            LOG.info("The ServiceNow simulator listens at {}", simulator.url());
            return simulator;
        } catch (IOException e) {
            throw new UncheckedIOException("The simulator cannot listen on port " + properties.port(), e);
        }
    }

    /** Where it listens, such as {@code http://127.0.0.1:40123}, without a slash at the end. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /**
     * Every row of a table by sys_id, with raw values; an empty value is {@code ""}.
     *
     * @throws IllegalArgumentException when there is no such table
     */
    public List<Map<String, String>> rows(String table) {
        var found = table(table);
        return instance.tables().isExtended(found)
                ? instance.selection().matches(found, instance.query(found, "")).stream()
                        .map(Row::toMap)
                        .toList()
                : found.rows().values().stream().map(Row::toMap).toList();
    }

    /** One row with raw values. */
    public Optional<Map<String, String>> row(String table, String sysId) {
        return Optional.ofNullable(table(table).get(sysId)).map(Row::toMap);
    }

    /** Inserts or replaces a whole row of raw values as it is; no stamp is set, and names that are no column are left out. */
    public void put(String table, Map<String, String> record) {
        if (record.getOrDefault("sys_id", "").isEmpty()) {
            throw new IllegalArgumentException("A row of %s needs a sys_id".formatted(table));
        }
        table(table).put(table(table).row(record));
    }

    /** Deletes a row if it is there, with an entry in sys_audit_delete unless the table is task_sla. */
    public void delete(String table, String sysId) {
        records.delete(table(table), sysId, "admin");
    }

    /** Makes up this many believable changes to incidents: opened, stepped on, reassigned, touched, rarely deleted. */
    public void change(int number) {
        changes.change(number);
    }

    /** Plays the next recorded row versions of a table from the data folder; returns how many there were, up to the number. */
    public int playChanges(String table, int atMost) {
        return changes.play(table, atMost);
    }

    /** What was done to a job of the workload engine, each with its justification: {@code verb: category | description | ticket}. */
    public List<String> justifications(String job) {
        return workload.get().justifications(job);
    }

    /** What goes wrong. */
    public Faults faults() {
        return faults;
    }

    /** Opens a session as a sign-in in a browser does; returns the value of its cookie JSESSIONID. */
    public String openSession() {
        return gate.openSession();
    }

    /** Makes every OAuth access token and every session invalid at once; refresh tokens stay good. */
    public void expireTokens() {
        gate.expireTokens();
    }

    /** The last requests, at most 10,000, the oldest first; those below {@code /simulator/} are not among them. */
    public List<Request> requests() {
        return requests.list();
    }

    /** How many requests there were, and how many at once. */
    public Counters counters() {
        return requests.counters();
    }

    /** Forgets the requests and starts the counters anew. */
    public void clearRequests() {
        requests.clear();
    }

    @Override
    public void close() {
        time.shutdownNow();
        server.stop(0);
        workers.shutdownNow();
        try {
            changes.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the recorded changes", e);
        }
    }

    /** Lets so many changes happen by themselves each minute from now on, beside those that do already. */
    public void letTimePass(int changesPerMinute) {
        if (changesPerMinute > 0) {
            var micros = 60_000_000L / changesPerMinute;
            time.scheduleAtFixedRate(this::changeByItself, micros, micros, TimeUnit.MICROSECONDS);
        }
    }

    private void changeByItself() {
        try {
            changes.change(1);
        } catch (RuntimeException e) {
            // Thrown on, it would silently end all changes to come.
            LOG.error("A made-up change failed; the next one is tried as planned", e);
        }
    }

    private Table table(String name) {
        var table = instance.tables().get(name);
        if (table == null) {
            throw new IllegalArgumentException("There is no table " + name);
        }
        return table;
    }

    /** What is made when somebody asks for it. */
    private static final class Once<T> implements Supplier<T> {
        private Supplier<T> maker;
        private T made;

        Once(Supplier<T> maker) {
            this.maker = maker;
        }

        @Override
        public synchronized T get() {
            if (maker != null) {
                made = maker.get();
                maker = null;
            }
            return made;
        }
    }

    private static ExecutorService workers() {
        var pool = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons("simulator"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory daemons(String name) {
        return work -> {
            var thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
