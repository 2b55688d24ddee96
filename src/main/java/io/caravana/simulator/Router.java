package io.caravana.simulator;

import java.util.List;
import java.util.regex.Pattern;

/** Finds what answers a request. */
final class Router {
    private static final Pattern API = Pattern.compile("/api/now(?:/(v[12]))?/(table|stats)/([^/]+)(?:/([^/]+))?/?");
    private static final Pattern PAGE = Pattern.compile("/([a-z0-9_]+)\\.do");

    /** The part of a path that says what it is for. */
    record Route(String version, String api, String table, String sysId) {}

    private final Instance instance;
    private final TableApi tableApi;
    private final WriteApi writeApi;
    private final StatsApi statsApi;

    Router(Instance instance, Records records) {
        this.instance = instance;
        this.tableApi = new TableApi(instance);
        this.writeApi = new WriteApi(instance, records, tableApi);
        this.statsApi = new StatsApi(instance);
    }

    /** What a path is for; the table is empty when it is for none. */
    static Route route(String path) {
        var api = API.matcher(path);
        if (api.matches()) {
            var sysId = api.group(4) == null ? "" : api.group(4);
            return new Route(api.group(1) == null ? "" : api.group(1), api.group(2), api.group(3), sysId);
        }
        var page = PAGE.matcher(path);
        return page.matches() ? new Route("", "page", page.group(1), "") : new Route("", "", "", "");
    }

    Answer answer(Call call, Route route, List<Fault> faults) {
        try {
            return answerTo(call, route, faults);
        } catch (QueryParser.NotEvaluated e) {
            return Answer.error(400, e.getMessage(), null);
        }
    }

    private Answer answerTo(Call call, Route route, List<Fault> faults) {
        var table = instance.tables().get(route.table());
        return switch (route.api()) {
            case "table" -> table == null ? invalidTable(route) : table(call, table, route, faults);
            case "stats" -> table == null ? invalidTable(route) : statsApi.stats(call, table);
            // An unknown table has an empty WSDL, which is how older clients notice.
            case "page" -> table == null ? Answer.text(200, "text/xml;charset=UTF-8", "") : Wsdl.of(call, table);
            default -> Answer.error(400, "Requested URI does not represent any resource", null);
        };
    }

    private Answer table(Call call, Table table, Route route, List<Fault> faults) {
        if (route.sysId().isEmpty()) {
            return switch (call.method()) {
                case "GET" -> tableApi.list(call, table, faults, route.version().equals("v1"));
                case "POST" -> writeApi.insert(call, table);
                default -> notAllowed();
            };
        }
        return switch (call.method()) {
            case "GET" -> tableApi.record(call, table, route.sysId(), faults);
            case "PUT", "PATCH" -> writeApi.update(call, table, route.sysId());
            case "DELETE" -> writeApi.delete(table, route.sysId());
            default -> notAllowed();
        };
    }

    private static Answer invalidTable(Route route) {
        return Answer.error(400, "Invalid table " + route.table(), null);
    }

    private static Answer notAllowed() {
        return Answer.error(405, "Method not supported", null);
    }
}
