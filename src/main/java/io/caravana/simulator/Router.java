package io.caravana.simulator;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Finds what answers a request. */
final class Router {
    private static final Pattern API = Pattern.compile("/api/now(?:/(v[12]))?/(table|stats)/([^/]+)(?:/([^/]+))?/?");
    private static final Pattern ATTACHMENT = Pattern.compile("/api/now(?:/(v[12]))?/attachment(?:/(.+?))?/?");
    private static final Pattern CATALOG = Pattern.compile("/api/sn_sc(?:/(v1))?/servicecatalog/(.+?)/?");
    private static final Pattern CMDB = Pattern.compile("/api/now(?:/(v1))?/cmdb/instance/([^/]+)(?:/([^/]+))?/?");
    private static final Pattern WORKLOAD = Pattern.compile("/twsd/(.+?)/?");
    private static final Pattern PAGE = Pattern.compile("/([a-z0-9_]+)\\.do");

    /** The part of a path that says what it is for; of an attachment, the catalog or the workload engine, {@code sysId} is the rest of the path. */
    record Route(String version, String api, String table, String sysId) {}

    private final Instance instance;
    private final TableApi tableApi;
    private final WriteApi writeApi;
    private final StatsApi statsApi;
    private final AttachmentApi attachmentApi;
    private final ServiceCatalog catalog;
    private final Supplier<WorkloadApi> workload;
    private final ModelApi model = new ModelApi();

    /** @param workload the engine, which begins to live when it is asked for the first time */
    Router(Instance instance, Records records, Supplier<WorkloadApi> workload) {
        this.instance = instance;
        this.tableApi = new TableApi(instance);
        this.writeApi = new WriteApi(instance, records, tableApi);
        this.statsApi = new StatsApi(instance);
        this.attachmentApi = new AttachmentApi(instance, records);
        this.catalog = new ServiceCatalog(instance, records);
        this.workload = workload;
    }

    /** What a path is for; the table is empty when it is for none. */
    static Route route(String path) {
        var api = API.matcher(path);
        if (api.matches()) {
            return new Route(text(api.group(1)), api.group(2), api.group(3), text(api.group(4)));
        }
        var attachment = ATTACHMENT.matcher(path);
        if (attachment.matches()) {
            return new Route(text(attachment.group(1)), "attachment", AttachmentApi.TABLE, text(attachment.group(2)));
        }
        var catalog = CATALOG.matcher(path);
        if (catalog.matches()) {
            return new Route(text(catalog.group(1)), "catalog", "sc_cat_item", catalog.group(2));
        }
        var cmdb = CMDB.matcher(path);
        if (cmdb.matches()) {
            return new Route(text(cmdb.group(1)), "cmdb", cmdb.group(2), text(cmdb.group(3)));
        }
        var workload = WORKLOAD.matcher(path);
        if (workload.matches()) {
            return new Route("", "workload", "workload", workload.group(1));
        }
        if (path.equals("/v1/chat/completions")) {
            return new Route("", "model", "model", "");
        }
        var page = PAGE.matcher(path);
        return page.matches() ? new Route("", "page", page.group(1), "") : new Route("", "", "", "");
    }

    private static String text(String group) {
        return group == null ? "" : group;
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
            case "attachment" -> attachmentApi.answer(call, route.sysId());
            case "catalog" -> catalog.answer(call, route.sysId());
            case "workload" -> workload.get().answer(call, route.sysId());
            case "model" -> model.answer(call);
            case "cmdb" -> table == null ? invalidTable(route) : cmdb(call, table, route, faults);
            // An unknown table has an empty WSDL, which is how older clients notice.
            case "page" -> table == null ? Answer.text(200, "text/xml;charset=UTF-8", "") : Wsdl.of(call, table);
            default -> notServed();
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

    /** A configuration item with its relations, of which there are none here; a list has names and keys only. */
    private Answer cmdb(Call call, Table table, Route route, List<Fault> faults) {
        if (!call.method().equals("GET")) {
            return notAllowed();
        }
        return route.sysId().isEmpty()
                ? tableApi.list(call.with("sysparm_fields", "sys_id,name"), table, faults, false)
                : tableApi.item(call, table, route.sysId());
    }

    static Answer notServed() {
        return Answer.error(400, "Requested URI does not represent any resource", null);
    }

    private static Answer invalidTable(Route route) {
        return Answer.error(400, "Invalid table " + route.table(), null);
    }

    static Answer notAllowed() {
        return Answer.error(405, "Method not supported", null);
    }
}
