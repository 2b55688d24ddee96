package io.caravana.settings;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/** All the keys that can be set, found however they are written: {@code page-size}, {@code pageSize} or {@code page_size}. */
final class KnownSettings {

    private final Map<String, Setting> byKey = new LinkedHashMap<>();

    KnownSettings(Collection<Setting> settings) {
        settings.forEach(setting -> byKey.put(uniform(ConfigurationPropertyName.of(setting.key())), setting));
    }

    Optional<Setting> find(ConfigurationPropertyName key) {
        return Optional.ofNullable(byKey.get(uniform(key)));
    }

    /** Whether the key itself, or one below it, can be set. */
    boolean has(ConfigurationPropertyName key) {
        var known = uniform(key);
        return byKey.containsKey(known) || isAbove(known) || entriesOf(key).isPresent();
    }

    /** Whether only keys below this one can be set, but not the key itself. */
    boolean isAbove(ConfigurationPropertyName key) {
        return isAbove(uniform(key));
    }

    private boolean isAbove(String known) {
        return byKey.keySet().stream().anyMatch(key -> key.startsWith(known + "."));
    }

    /** The list, or the map with free keys, that the key is an entry of. */
    Optional<Setting> entriesOf(ConfigurationPropertyName key) {
        return find(key.getParent()).filter(above -> above.isMap() || above.isList() && key.isLastElementIndexed());
    }

    /** What can stand directly below a key. */
    List<String> below(ConfigurationPropertyName key) {
        var elements = key.getNumberOfElements();
        return byKey.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(uniform(key) + "."))
                .map(entry ->
                        ConfigurationPropertyName.of(entry.getValue().key()).getElement(elements, Form.ORIGINAL))
                .distinct()
                .toList();
    }

    /** The keys elsewhere that end like this one. */
    List<String> elsewhere(ConfigurationPropertyName key) {
        var last = "." + key.getLastElement(Form.UNIFORM);
        return byKey.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(last))
                .map(entry -> entry.getValue().key().replace("[0]", "[…]"))
                .toList();
    }

    private static String uniform(ConfigurationPropertyName key) {
        var elements = new StringBuilder();
        for (int element = 0; element < key.getNumberOfElements(); element++) {
            var text = key.getElement(element, Form.UNIFORM);
            elements.append(key.isNumericIndex(element) ? "[]" : "." + text);
        }
        return elements.toString();
    }
}
