package io.caravana.settings;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;

/**
 * A key that a user can set, as a record's component declares it.
 *
 * @param key the key in full, a list's entry as {@code [0]}
 * @param type what its value becomes
 * @param component the component that declares it
 */
record Setting(String key, ResolvableType type, RecordComponent component) {

    /** The keys of a {@link ConfigurationProperties} record, those of its nested records and lists among them. */
    static List<Setting> of(Class<?> properties) {
        return of(properties.getAnnotation(ConfigurationProperties.class).value(), properties)
                .toList();
    }

    private static Stream<Setting> of(String prefix, Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).flatMap(component -> {
            var key = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
            var value = ResolvableType.forType(component.getGenericType());
            var entry = value.as(List.class).getGeneric();
            if (value.toClass().isRecord()) {
                return of(key, value.toClass());
            }
            var itself = Stream.of(new Setting(key, value, component));
            return entry.toClass().isRecord() ? Stream.concat(itself, of(key + "[0]", entry.toClass())) : itself;
        });
    }

    /** Whether the value is a list of entries with keys of their own. */
    boolean hasEntries() {
        return isList() && type.as(List.class).getGeneric().toClass().isRecord();
    }

    boolean isList() {
        return List.class.isAssignableFrom(type.toClass());
    }

    /** Whether any key may stand below this one. */
    boolean isMap() {
        return Map.class.isAssignableFrom(type.toClass());
    }

    boolean isSecret() {
        return key.matches(".*\\.(password|api-key|[a-z-]*(secret|token)|(slack|webhook)\\.url|headers\\[0]\\.value)");
    }

    boolean isRequired() {
        return annotation(DefaultValue.class).isEmpty()
                && (annotation(NotBlank.class).isPresent()
                        || annotation(NotEmpty.class).isPresent());
    }

    /** The value that holds where nobody sets another; empty for none. */
    String defaultValue() {
        return annotation(DefaultValue.class)
                .map(value -> String.join(", ", value.value()))
                .orElse("");
    }

    /** The values of an enumeration, as one writes them; empty for all other types. */
    List<String> choices() {
        return type.toClass().isEnum()
                ? Arrays.stream(type.toClass().getEnumConstants())
                        .map(value -> ((Enum<?>) value)
                                .name()
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '-'))
                        .toList()
                : List.of();
    }

    /** Which values are right, in words that go on from "it takes". */
    String takes() {
        var pattern = annotation(Pattern.class).map(Pattern::message).filter(message -> !message.startsWith("{"));
        if (!choices().isEmpty()) {
            return String.join(" or ", choices());
        }
        if (isWhole()) {
            return "a whole number" + range();
        }
        if (isDecimal()) {
            return annotation(DecimalMin.class)
                    .map(least -> "a number from %s to %s"
                            .formatted(
                                    least.value(),
                                    annotation(DecimalMax.class).orElseThrow().value()))
                    .orElse("a number");
        }
        if (type.toClass() == boolean.class) {
            return "true or false";
        }
        if (type.toClass() == Duration.class) {
            return annotation(DurationMin.class)
                    .map(least -> "a duration of %s or more"
                            .formatted(least.days() > 0 ? least.days() + "d" : least.minutes() + "m"))
                    .orElse("a duration such as 500ms, 10s or 5m");
        }
        if (type.toClass() == DataSize.class) {
            return "a size such as 512KB or 64MB";
        }
        if (type.toClass() == ZoneId.class) {
            return "a time zone such as UTC or America/Sao_Paulo";
        }
        if (isList()) {
            return annotation(NotEmpty.class).isPresent() ? "a list of at least one entry" : "a list";
        }
        return pattern.orElse(annotation(NotBlank.class).isPresent() ? "a text that is not empty" : "a text");
    }

    /** Which entries are right in a list of plain values, in words that go on from "it takes". */
    String entryTakes() {
        return component.getAnnotatedType() instanceof AnnotatedParameterizedType list
                ? Optional.ofNullable(list.getAnnotatedActualTypeArguments()[0].getAnnotation(Pattern.class))
                        .map(Pattern::message)
                        .orElse("a text")
                : takes();
    }

    private String range() {
        var least = annotation(Min.class).map(Min::value);
        var most = annotation(Max.class).map(Max::value);
        if (least.isPresent() && most.isPresent()) {
            return " from %d to %d".formatted(least.get(), most.get());
        }
        return least.map(" of %d or more"::formatted).orElse("");
    }

    boolean isWhole() {
        return type.toClass() == int.class || type.toClass() == long.class;
    }

    boolean isDecimal() {
        return type.toClass() == double.class || type.toClass() == Double.class;
    }

    /** An annotation of the component. Constraints cannot stand on a component itself, only on the constructor's parameter. */
    <A extends Annotation> Optional<A> annotation(Class<A> type) {
        return Arrays.stream(component.getDeclaringRecord().getDeclaredConstructors())
                .flatMap(constructor -> Arrays.stream(constructor.getParameters()))
                .filter(parameter -> parameter.getName().equals(component.getName()))
                .map((Parameter parameter) -> parameter.getAnnotation(type))
                .filter(found -> found != null)
                .findFirst();
    }
}
