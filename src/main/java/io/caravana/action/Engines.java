package io.caravana.action;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.ActionProperties.JavaScript;
import io.caravana.action.Sandbox.Level;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * What runs which language in this process. A sandbox is used only after a trial: a program that tried to get out of it and could not.
 * Where none holds, the language does not run, and says what is missing.
 */
@Component
class Engines {

    private static final Logger LOG = LoggerFactory.getLogger(Engines.class);

    private final QuickJs quickJs;
    private final Sandbox sandbox;
    private final ActionProperties properties;
    private final ObjectMapper json;
    private CompletableFuture<Found> found;

    Engines(QuickJs quickJs, Sandbox sandbox, ActionProperties properties, ObjectMapper json) {
        this.quickJs = quickJs;
        this.sandbox = sandbox;
        this.properties = properties;
        this.json = json;
    }

    /** What the trials have shown: an engine for a language, or why there is none. */
    private record Found(Map<Language, SandboxEngine> engines, Map<Language, String> missing) {}

    /** The trials take their time beside the start. */
    @EventListener
    void start(WebServerInitializedEvent started) {
        if (properties.enabled()) {
            found();
        }
    }

    private synchronized CompletableFuture<Found> found() {
        if (found == null) {
            found = CompletableFuture.supplyAsync(
                    this::look, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, task -> {
                        var thread = new Thread(task, "action-trial");
                        thread.setDaemon(true);
                        thread.start();
                    }));
        }
        return found;
    }

    private Found look() {
        var engines = new EnumMap<Language, SandboxEngine>(Language.class);
        var missing = new EnumMap<Language, String>(Language.class);
        for (var language : List.of(Language.PYTHON, Language.JAVASCRIPT)) {
            var why = sandbox.missing()
                    .or(() -> SandboxEngine.isInstalled(language)
                            ? Optional.empty()
                            : Optional.of("%s is missing: install Debian's package %s"
                                    .formatted(
                                            SandboxEngine.interpreter(language),
                                            language == Language.PYTHON ? "python3" : "nodejs")));
            if (why.isPresent()) {
                missing.put(language, why.get());
            } else {
                look(language, engines, missing);
            }
        }
        engines.forEach((language, engine) -> LOG.info(
                "Codes in {} run in a sandbox of level {}", language.inWords(), engine.level() == Level.ONE ? 1 : 2));
        missing.forEach((language, why) -> LOG.info(
                "Codes in {} {}: {}",
                language.inWords(),
                language == Language.PYTHON ? "do not run" : "run without require",
                why));
        return new Found(engines, missing);
    }

    private void look(Language language, Map<Language, SandboxEngine> engines, Map<Language, String> missing) {
        var whys = new LinkedHashMap<Level, String>();
        for (var level : Level.values()) {
            var engine = new SandboxEngine(language, sandbox, level, properties, json);
            try {
                var could = engine.trial();
                if (could.isEmpty()) {
                    engines.put(language, engine);
                    return;
                }
                whys.put(level, "a program in it could " + could);
            } catch (IOException | ActionException e) {
                whys.put(level, e.getMessage());
            }
            engine.close();
        }
        missing.put(
                language,
                "no sandbox holds here; of level 1: %s; of level 2: %s"
                        .formatted(whys.get(Level.ONE), whys.get(Level.TWO)));
    }

    /** @throws ActionException if nothing runs it here */
    Engine of(Language language) {
        if (!properties.enabled()) {
            throw unavailable("actions are off in this process: caravana.actions.enabled is false");
        }
        if (language == Language.GO) {
            throw unavailable("go does not run here: a compiler is no part of the sandbox");
        }
        if (language == Language.JAVASCRIPT && properties.javascript() == JavaScript.QUICKJS) {
            return quickJs;
        }
        var trials = found().join();
        if (trials.engines().containsKey(language)) {
            return trials.engines().get(language);
        }
        if (language == Language.JAVASCRIPT && properties.javascript() == JavaScript.AUTO) {
            return quickJs;
        }
        throw unavailable("%s does not run here: %s"
                .formatted(language.inWords(), trials.missing().get(language)));
    }

    private static ActionException unavailable(String why) {
        return new ActionException(Failure.SANDBOX_UNAVAILABLE, why);
    }

    /** The engine of each language, or why there is none. */
    Map<Language, String> names() {
        var names = new LinkedHashMap<Language, String>();
        for (var language : Language.values()) {
            try {
                names.put(language, of(language).name());
            } catch (ActionException missing) {
                names.put(language, missing.getMessage());
            }
        }
        return names;
    }

    @Scheduled(fixedDelay = 60_000)
    void retire() {
        ended().forEach(SandboxEngine::retire);
    }

    @PreDestroy
    void close() {
        ended().forEach(SandboxEngine::close);
    }

    private synchronized List<SandboxEngine> ended() {
        return found == null || !found.isDone() || found.isCompletedExceptionally()
                ? List.of()
                : List.copyOf(found.join().engines().values());
    }
}
