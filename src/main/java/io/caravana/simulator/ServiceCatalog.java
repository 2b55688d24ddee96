package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small catalog to order from, over {@code /api/sn_sc/servicecatalog}: an order is a row of sc_request and of sc_req_item. */
final class ServiceCatalog {
    /** @param variable what has to be said with an order */
    private record Item(
            String sysId, String name, String description, Category category, String price, String variable) {}

    private record Category(String sysId, String title) {}

    private record Line(Item item, String quantity, String requestedFor) {}

    private static final String CATALOG = SysIds.of("sc_catalog", "service");
    private static final Category HARDWARE = new Category(SysIds.of("sc_category", "hardware"), "Hardware");
    private static final Category ACCESS = new Category(SysIds.of("sc_category", "access"), "Acessos");
    private static final List<Item> ITEMS = List.of(
            item(0, "Notebook", "Notebook padrão com docking station", HARDWARE, "$1,200.00", "model"),
            item(1, "Monitor", "Monitor de 27 polegadas", HARDWARE, "$250.00", "size"),
            item(2, "Nova conta de e-mail", "Conta de e-mail para um colaborador", ACCESS, "$0.00", "new_email"));

    private final Instance instance;
    private final Records records;
    private final List<Line> cart = new ArrayList<>();

    ServiceCatalog(Instance instance, Records records) {
        this.instance = instance;
        this.records = records;
    }

    private static Item item(int index, String name, String text, Category category, String price, String variable) {
        return new Item(SysIds.of("sc_cat_item", Integer.toString(index)), name, text, category, price, variable);
    }

    /** @param rest what follows in the path */
    synchronized Answer answer(Call call, String rest) {
        var parts = rest.split("/");
        var asked = call.method() + " " + parts[0] + (parts.length > 2 ? "/" + parts[2] : "");
        try {
            return switch (asked) {
                case "GET catalogs" ->
                    parts.length == 1 ? result(200, List.of(catalog())) : only(parts[1], CATALOG, catalog());
                case "GET catalogs/categories" -> result(200, List.of(described(HARDWARE), described(ACCESS)));
                case "GET items" -> parts.length == 1 ? items(call) : one(parts[1]);
                case "POST items/order_now" -> order(List.of(ordered(call, parts[1])));
                case "POST items/add_to_cart" -> add(ordered(call, parts[1]));
                case "GET cart" -> result(200, cartAsShown());
                case "POST cart" -> parts.length == 2 && !cart.isEmpty() ? checkOut() : empty();
                default -> Router.notServed();
            };
        } catch (JsonProcessingException malformed) {
            return Answer.error(400, "Exception while reading request", malformed.getOriginalMessage());
        } catch (IllegalArgumentException unknown) {
            return TableApi.noRecord();
        }
    }

    private static Answer result(int status, Object result) {
        return Answer.value(status, Map.of("result", result));
    }

    private static Answer empty() {
        return Answer.error(400, "The cart is empty", null);
    }

    private static Answer only(String asked, String sysId, Object result) {
        return asked.equals(sysId) ? result(200, result) : TableApi.noRecord();
    }

    private static Map<String, Object> catalog() {
        return Map.of(
                "sys_id",
                CATALOG,
                "title",
                "Service Catalog",
                "description",
                "Produtos e serviços de TI",
                "has_categories",
                true,
                "has_items",
                true);
    }

    private static Map<String, Object> described(Category category) {
        return Map.of(
                "sys_id", category.sysId(),
                "title", category.title(),
                "description", category.title(),
                "full_description", category.title(),
                "subcategories", List.of());
    }

    private static Item find(String sysId) {
        return ITEMS.stream()
                .filter(item -> item.sysId().equals(sysId))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(sysId));
    }

    private static Answer items(Call call) {
        var text = call.parameter("sysparm_text");
        var category = call.parameter("sysparm_category");
        var from = Math.max(0, TableApi.number(call, "sysparm_offset", 0));
        var limit = Math.max(1, TableApi.number(call, "sysparm_limit", 10));
        return result(
                200,
                ITEMS.stream()
                        .filter(item ->
                                category.isEmpty() || item.category().sysId().equals(category))
                        .filter(item -> item.name().contains(text))
                        .skip(from)
                        .limit(limit)
                        .map(ServiceCatalog::shown)
                        .toList());
    }

    private static Answer one(String sysId) {
        var item = find(sysId);
        var all = new LinkedHashMap<>(shown(item));
        all.put(
                "variables",
                List.of(Map.of("name", item.variable(), "label", item.variable(), "mandatory", true, "type", 6)));
        return result(200, all);
    }

    private static Map<String, Object> shown(Item item) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("sys_id", item.sysId());
        shown.put("name", item.name());
        shown.put("short_description", item.description());
        shown.put("description", item.description());
        shown.put("sys_class_name", "sc_cat_item");
        shown.put("type", "catalog_item");
        shown.put("price", item.price());
        shown.put("order", 0);
        shown.put("mandatory_attachment", false);
        shown.put("availability", "on_both");
        shown.put("catalogs", List.of(Map.of("sys_id", CATALOG, "title", "Service Catalog", "active", true)));
        shown.put(
                "category",
                Map.of(
                        "sys_id",
                        item.category().sysId(),
                        "title",
                        item.category().title()));
        return shown;
    }

    private static Line ordered(Call call, String sysId) throws JsonProcessingException {
        var body = Answer.MAPPER.readTree(call.text());
        return new Line(
                find(sysId),
                body.path("sysparm_quantity").asText("1"),
                body.path("sysparm_requested_for").asText(""));
    }

    private Answer add(Line line) {
        cart.add(line);
        return result(200, cartAsShown());
    }

    private Map<String, Object> cartAsShown() {
        var items = cart.stream()
                .map(line -> Map.of("catalog_item_id", line.item().sysId(), "quantity", line.quantity()))
                .toList();
        return Map.of("cart_id", SysIds.of("cart", instance.username()), "items", items);
    }

    private Answer checkOut() {
        var lines = List.copyOf(cart);
        cart.clear();
        return order(lines);
    }

    private Answer order(List<Line> lines) {
        var tables = instance.tables();
        var who = lines.get(0).requestedFor();
        var request = records.insert(
                tables.get("sc_request"),
                Map.of("requested_for", who.isEmpty() ? instance.account().sysId() : who, "request_state", "requested"),
                instance.username());
        var items = tables.get("sc_req_item");
        for (var line : lines) {
            if (items != null) {
                records.insert(
                        items,
                        Map.of(
                                "request", request.sysId(),
                                "cat_item", line.item().sysId(),
                                "short_description", line.item().name(),
                                "quantity", line.quantity()),
                        instance.username());
            }
        }
        var number = request.get("number");
        return result(
                200,
                Map.of(
                        "sys_id",
                        request.sysId(),
                        "number",
                        number,
                        "request_number",
                        number,
                        "request_id",
                        request.sysId(),
                        "table",
                        "sc_request"));
    }
}
