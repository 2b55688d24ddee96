package io.caravana.settings;

import static java.util.Map.entry;

import io.caravana.settings.Configured.Written;
import jakarta.validation.Validation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Bindable.BindRestriction;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;
import org.springframework.validation.Errors;
import org.springframework.validation.FieldError;
import org.springframework.validation.Validator;
import org.springframework.validation.beanvalidation.SpringValidatorAdapter;

/**
 * Stops a start with wrong settings before anything else is started, and says all mistakes at once: Spring Boot would leave
 * out a key that it does not know, and find wrong values one after the other, with the database running already.
 */
@Component
class SettingsCheck implements BeanFactoryPostProcessor {

    private static final String OURS = "caravana";

    /** Keys of earlier versions, wherever they are set, and what holds in their place. */
    private static final Map<String, String> GONE = Map.ofEntries(
            entry("caravana.replica.schema", "replica tables are in the schema servicenow"),
            entry("caravana.retention.every", "what is too old is deleted once an hour"),
            entry("caravana.notifications.every-millis", "alerts are looked for every five seconds"),
            entry("caravana.metrics.refresh", "the metrics of the jobs are read from the execution log once a minute"),
            entry("caravana.resume-every-millis", "loads to resume are looked for every half minute"),
            entry("caravana.alive", "it is caravana.worker.timeout now"),
            entry("caravana.retry.total", "caravana.retry.attempts alone says how long a step is tried again"),
            entry("caravana.jobs[].reads", "it is sync-mode now: window, incremental, key-diff or retry-rejected"),
            entry("caravana.tables[].ledger", "it is change-log now"),
            entry("caravana.replica.batch-size", "a statement writes 1,000 records"),
            entry("caravana.database.idle-in-transaction", "a transaction may wait 60 seconds for its next statement"),
            entry("caravana.live.describe-every", "columns are remembered for an hour"));

    /** The files that have one key, and nothing of Spring or Camel. */
    private static final Map<String, String> ONE_KEY = Map.of(
            "tables.yaml", "caravana.tables", "events.yaml", "caravana.events", "sla-rules.yaml", "caravana.sla");

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        var environment = beans.getBean(ConfigurableEnvironment.class);
        var records = Arrays.stream(beans.getBeanDefinitionNames())
                .map(beans::getBeanDefinition)
                .map(BeanDefinition::getBeanClassName)
                .filter(type -> type != null && type.startsWith("io.caravana."))
                .<Class<?>>map(type -> ClassUtils.resolveClassName(type, beans.getBeanClassLoader()))
                .filter(type -> type.isAnnotationPresent(ConfigurationProperties.class))
                .toList();
        new Run(environment, records).check();
    }

    /** One check, with the first mistake of each key. */
    private static final class Run {

        private final ConfigurableEnvironment environment;
        private final List<Class<?>> records;
        private final Configured configured;
        private final KnownSettings known;
        private final Map<String, String> mistakes = new LinkedHashMap<>();

        Run(ConfigurableEnvironment environment, List<Class<?>> records) {
            this.environment = environment;
            this.records = records;
            this.configured = new Configured(environment);
            this.known = new KnownSettings(
                    records.stream().flatMap(type -> Setting.of(type).stream()).toList());
        }

        void check() {
            // a variable counts as well: the key of a setting that is no more is no other program's
            GONE.keySet().stream()
                    .filter(name -> !name.contains("[]"))
                    .map(ConfigurationPropertyName::of)
                    .filter(key -> configured.value(key).isPresent())
                    .forEach(key -> note(key, configured.where(key), unknown(key)));
            configured.written().forEach(this::checkKey);
            stopOnMistakes();
            try (var constraints = Validation.buildDefaultValidatorFactory()) {
                var validator = new SpringValidatorAdapter(constraints.getValidator());
                records.forEach(type -> checkValues(type, validator));
            }
            stopOnMistakes();
        }

        private void stopOnMistakes() {
            if (!mistakes.isEmpty()) {
                throw new WrongSettingsException(mistakes.values());
            }
        }

        private void checkKey(Written written) {
            var key = written.key();
            if (!key.getElement(0, Form.UNIFORM).equals(OURS)) {
                if (written.inFile()) {
                    checkForeignKey(written);
                }
                return;
            }
            for (int elements = 2; elements <= key.getNumberOfElements(); elements++) {
                var part = key.chop(elements);
                if (known.find(part).filter(Setting::isMap).isPresent()) {
                    return;
                }
                if (!known.has(part)) {
                    note(part, written.where(), unknown(part));
                    return;
                }
            }
            var isEmpty = String.valueOf(written.value()).isBlank();
            if (known.isAbove(key) && !isEmpty) {
                note(key, written.where(), keysBelow(key));
            }
        }

        /** Keys of Spring and Camel may stand in our files, but nothing that was meant to be ours. */
        private void checkForeignKey(Written written) {
            var first = written.key().chop(1);
            if (Similar.nearest(first.toString(), List.of(OURS)).isPresent()) {
                note(first, written.where(), "there is no key %s. Did you mean '%s'?".formatted(first, OURS));
            } else {
                ONE_KEY.forEach((file, only) -> {
                    if (written.where().contains(file)) {
                        note(first, written.where(), "%s does not belong here, only %s does".formatted(first, only));
                    }
                });
            }
        }

        private String unknown(ConfigurationPropertyName key) {
            var now = GONE.get(key.toString().replaceAll("\\[\\d+]", "[]"));
            return "there is no key %s%s".formatted(key, now == null ? "." + meant(key) : " any more: " + now);
        }

        private String meant(ConfigurationPropertyName key) {
            var beside = known.below(key.getParent());
            var nearest = Similar.nearest(key.getLastElement(Form.ORIGINAL), beside);
            var elsewhere = known.elsewhere(key);
            if (nearest.isPresent()) {
                return " Did you mean '%s'?".formatted(nearest.get());
            }
            if (!elsewhere.isEmpty()) {
                return " Did you mean %s?".formatted(String.join(" or ", elsewhere));
            }
            return beside.isEmpty() ? "" : " The keys here are %s".formatted(String.join(", ", beside));
        }

        private String keysBelow(ConfigurationPropertyName key) {
            return "%s takes no value, but keys below it: %s".formatted(key, String.join(", ", known.below(key)));
        }

        private void checkValues(Class<?> type, SpringValidatorAdapter constraints) {
            var prefix = type.getAnnotation(ConfigurationProperties.class).value();
            var target = Bindable.of(type).withBindRestrictions(BindRestriction.NO_DIRECT_PROPERTY);
            try {
                Binder.get(environment)
                        .bindOrCreate(
                                prefix,
                                target,
                                new ValidationBindHandler(new Conversions(), new Whole(type, constraints)));
            } catch (BindException e) {
                if (e.getCause() instanceof BindValidationException invalid) {
                    var name = invalid.getValidationErrors().getName();
                    invalid.getValidationErrors().forEach(error -> noteInvalid(name, (FieldError) error));
                } else if (mistakes.isEmpty()) {
                    throw e;
                }
            }
        }

        private void noteInvalid(ConfigurationPropertyName name, FieldError error) {
            var key = name.append(DataObjectPropertyName.toDashedForm(error.getField()));
            var list = known.entriesOf(key);
            var setting = known.find(key).or(() -> list).orElseThrow();
            if (Mistake.CODE.equals(error.getCode())) {
                noteValue(key, setting, error.getDefaultMessage());
            } else if (list.isPresent()) {
                noteValue(key, setting, "it takes " + setting.entryTakes());
            } else if (setting.isRequired() || configured.value(key).isPresent()) {
                noteValue(key, setting, takes(setting, key));
            }
        }

        private String takes(Setting setting, ConfigurationPropertyName key) {
            var meant = Similar.nearest(configured.value(key).orElse(""), setting.choices());
            return "it takes " + setting.takes()
                    + meant.map(". Did you mean '%s'?"::formatted).orElse("");
        }

        private void noteValue(ConfigurationPropertyName key, Setting setting, String right) {
            var value = configured.value(key).map(text -> setting.isSecret() ? "is wrong" : "is '" + text + "'");
            note(key, configured.where(key), "%s %s; %s".formatted(key, value.orElse("is missing"), right));
        }

        private void note(ConfigurationPropertyName key, String where, String what) {
            mistakes.putIfAbsent(key.toString(), where + ": " + what);
        }

        /** Notes a value that is not of its type, and goes on with the default. */
        private final class Conversions extends AbstractBindHandler {
            @Override
            public Object onFailure(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                    throws Exception {
                var setting = known.find(name);
                if (configured.value(name).isEmpty()) {
                    throw error;
                }
                if (setting.isPresent()) {
                    noteValue(name, setting.get(), takes(setting.get(), name));
                } else {
                    note(name, configured.where(name), keysBelow(name));
                }
                return null;
            }
        }
    }

    /** The constraints of a whole record at once, and what it finds itself. */
    private record Whole(Class<?> type, Validator constraints) implements Validator {
        @Override
        public boolean supports(Class<?> candidate) {
            return candidate == type;
        }

        @Override
        public void validate(Object target, Errors errors) {
            constraints.validate(target, errors);
            if (target instanceof Validator itself) {
                itself.validate(target, errors);
            }
        }
    }
}
