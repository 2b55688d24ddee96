package io.caravana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the files for installing to each other and to the program. */
class DeploymentTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final String DEPLOYMENT = "deploy/kubernetes/deployment.yaml";
    private static final String CRON_JOB = "deploy/kubernetes/cronjob-load.yaml";
    private static final String INSTALLED = "/opt/caravana";

    @Test
    void every_file_that_the_dockerfile_copies_is_there_and_let_through_to_the_build() throws IOException {
        var letThrough = lines(".dockerignore")
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();
        var copied = lines("Dockerfile")
                .filter(line -> line.startsWith("COPY ") && !line.contains("--from") && !line.startsWith("COPY . "))
                .map(line -> List.of(line.split(" ")))
                .flatMap(words -> words.subList(1, words.size() - 1).stream())
                .toList();
        assertThat(copied).contains("routes", "config", "deploy/java.options");
        assertThat(letThrough)
                .containsAll(copied)
                .contains("src", "pom.xml", "mvnw", ".mvn")
                .allSatisfy(file -> assertThat(Path.of(file)).exists())
                .doesNotContain(".", "secrets", "data");
    }

    @Test
    void the_image_runs_the_jar_that_maven_builds_as_nobody_and_tells_its_health() throws IOException {
        var dockerfile = Files.readString(Path.of("Dockerfile"));
        var last = dockerfile.substring(dockerfile.lastIndexOf("\nFROM "));
        assertThat(dockerfile).contains("target/" + pom("finalName") + ".jar", "-Pslim");
        assertThat(last)
                .contains("USER 10001:10001", "HEALTHCHECK", "healthy.sh", "EXPOSE " + port())
                .contains("[\"java\", \"@java.options\", \"-jar\", \"" + pom("finalName") + ".jar\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy/systemd/caravana.service", "Dockerfile"})
    void what_is_started_is_the_same_everywhere(String file) throws IOException {
        assertThat(Files.readString(Path.of(file)).replaceAll("[\\[\\]\",]", ""))
                .containsPattern("java @java.options -jar " + pom("finalName") + ".jar\n")
                .contains(INSTALLED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy/train.sh", "deploy/healthy.sh", "deploy/check.sh", "bench/start.sh"})
    void scripts_can_be_run(String script) {
        assertThat(Path.of(script)).isExecutable();
    }

    @ParameterizedTest
    @MethodSource("pods")
    void a_pod_runs_as_nobody_with_a_file_system_it_cannot_write(String file, String pod) throws IOException {
        var spec = yaml(file).at(pod);
        var container = spec.at("/containers/0");
        assertThat(spec.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(spec.at("/securityContext/runAsUser").asInt()).isEqualTo(10001);
        assertThat(spec.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(texts(container.at("/securityContext/capabilities/drop"))).containsExactly("ALL");
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
        assertThat(writable(container)).containsExactly("/tmp");
    }

    @ParameterizedTest
    @MethodSource("pods")
    void a_pod_has_time_to_end_and_finds_its_configuration_and_secrets(String file, String pod) throws IOException {
        var spec = yaml(file).at(pod);
        var container = spec.at("/containers/0");
        var mounts = texts(container.at("/volumeMounts"), "mountPath");
        var environment = texts(container.at("/env"), "name");
        var secrets = texts(container.at("/env"), "value").get(environment.indexOf("SPRING_CONFIG_IMPORT"));
        assertThat(spec.at("/terminationGracePeriodSeconds").asInt()).isGreaterThan(10);
        assertThat(mounts).contains(INSTALLED + "/config");
        assertThat(secrets).isEqualTo("configtree:/run/secrets/caravana/");
        assertThat(mounts).contains(secrets.replaceAll("^configtree:|/$", ""));
        assertThat(texts(spec.at("/volumes"), "name"))
                .containsExactlyInAnyOrderElementsOf(texts(container.at("/volumeMounts"), "name"));
    }

    @Test
    void kubernetes_probes_what_the_server_answers_to_everybody() throws IOException {
        var container = yaml(DEPLOYMENT).at("/spec/template/spec/containers/0");
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(port());
        assertThat(List.of("startup", "liveness", "readiness"))
                .allSatisfy(probe -> assertThat(
                                container.at("/" + probe + "Probe/httpGet/port").asText())
                        .isEqualTo(container.at("/ports/0/name").asText()));
        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/actuator/health/liveness");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/actuator/health/readiness");
        var service = yaml("deploy/kubernetes/service.yaml").at("/spec");
        assertThat(service.at("/selector"))
                .isEqualTo(yaml(DEPLOYMENT).at("/spec/template/metadata/labels"))
                .isEqualTo(yaml(DEPLOYMENT).at("/spec/selector/matchLabels"));
        assertThat(service.at("/ports/0/targetPort").asText())
                .isEqualTo(container.at("/ports/0/name").asText());
    }

    @Test
    void the_image_has_the_version_of_the_project_wherever_it_is_named() throws IOException {
        var image = pom("artifactId") + ":" + pom("version");
        assertThat(yaml("compose.yaml").at("/services/caravana/image").asText()).isEqualTo(image);
        assertThat(yaml(CRON_JOB)
                        .at("/spec/jobTemplate/spec/template/spec/containers/0/image")
                        .asText())
                .isEqualTo(image);
        var pinned = yaml("deploy/kubernetes/kustomization.yaml").at("/images/0");
        assertThat(pinned.at("/name").asText() + ":" + pinned.at("/newTag").asText())
                .isEqualTo(image);
        assertThat(yaml(DEPLOYMENT).at("/spec/template/spec/containers/0/image").asText())
                .isEqualTo(pom("artifactId"));
    }

    @Test
    void the_cron_job_loads_a_job_that_there_is() throws IOException {
        var container = yaml(CRON_JOB).at("/spec/jobTemplate/spec/template/spec/containers/0");
        assertThat(texts(container.at("/args"))).hasSize(2).first().isEqualTo("load");
        assertThat(texts(yaml("config/application.yaml").at("/caravana/jobs"), "name"))
                .contains(container.at("/args/1").asText());
    }

    @Test
    void compose_gives_the_container_a_read_only_root_its_database_and_secrets_that_are_known() throws IOException {
        var compose = yaml("compose.yaml");
        var caravana = compose.at("/services/caravana");
        assertThat(caravana.at("/read_only").asBoolean()).isTrue();
        assertThat(texts(caravana.at("/tmpfs"))).containsExactly("/tmp");
        assertThat(texts(caravana.at("/cap_drop"))).containsExactly("ALL");
        assertThat(seconds(caravana.at("/stop_grace_period"))).isGreaterThan(10);
        assertThat(texts(caravana.at("/ports"))).containsExactly("127.0.0.1:%d:%d".formatted(port(), port()));
        assertThat(caravana.at("/environment/DATABASE_URL").asText())
                .isEqualTo("jdbc:postgresql://postgres:5432/"
                        + compose.at("/services/postgres/environment/POSTGRES_DB")
                                .asText());
        assertThat(caravana.at("/environment/DATABASE_USERNAME"))
                .isEqualTo(compose.at("/services/postgres/environment/POSTGRES_USER"));
        assertThat(texts(caravana.at("/secrets"), "target"))
                .containsExactlyInAnyOrder("DATABASE_PASSWORD", "SERVICENOW_PASSWORD", "spring.security.user.password");
        assertThat(compose.at("/secrets").fieldNames())
                .toIterable()
                .containsAll(texts(caravana.at("/secrets"), "source"));
    }

    @Test
    void what_compose_mounts_from_the_project_is_there_and_cannot_be_written() throws IOException {
        var mounted = StreamSupport.stream(yaml("compose.yaml").at("/services").spliterator(), false)
                .flatMap(service -> texts(service.at("/volumes")).stream())
                .filter(volume -> volume.startsWith("./"))
                .toList();
        assertThat(mounted).hasSize(7).allSatisfy(volume -> {
            assertThat(volume).endsWith(":ro");
            assertThat(Path.of(volume.split(":")[0])).exists();
        });
    }

    @Test
    void promtool_understands_the_alerts_and_their_tests_pass() throws Exception {
        assumeThat(Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "promtool"))))
                .as("a promtool on the PATH: apt-get install prometheus")
                .isTrue();
        for (var arguments : List.of(
                List.of("check", "rules", "docs/prometheus/caravana.rules.yaml"),
                List.of("test", "rules", "docs/prometheus/caravana.rules.test.yaml"))) {
            var command = new ArrayList<>(List.of("promtool"));
            command.addAll(arguments);
            var promtool = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(promtool.waitFor()).as(said).isZero();
        }
    }

    @Test
    void prometheus_reads_the_server_and_the_alerts_where_compose_puts_them() throws IOException {
        var prometheus = yaml("deploy/monitoring/prometheus.yaml");
        var caravana = prometheus.at("/scrape_configs/0");
        assertThat(texts(caravana.at("/static_configs/0/targets"))).containsExactly("caravana:" + port());
        assertThat(caravana.at("/metrics_path").asText()).isEqualTo("/actuator/prometheus");
        assertThat(caravana.at("/basic_auth/password_file").asText()).isEqualTo("/run/secrets/caravana-password");
        assertThat(texts(yaml("compose.yaml").at("/services/prometheus/secrets")))
                .containsExactly("caravana-password");
        assertThat(texts(yaml("compose.yaml").at("/services/prometheus/volumes")))
                .contains("./docs/prometheus/caravana.rules.yaml:/etc/prometheus/"
                        + prometheus.at("/rule_files/0").asText() + ":ro");
    }

    @Test
    void each_alert_has_a_line_in_the_operations_page_that_says_what_to_do() throws IOException {
        var alerts = StreamSupport.stream(
                        yaml("docs/prometheus/caravana.rules.yaml")
                                .at("/groups/0/rules")
                                .spliterator(),
                        false)
                .map(rule -> rule.path("alert").asText())
                .toList();
        var explained = lines("docs/operations.md")
                .filter(line -> line.matches("\\| `Caravana\\w+` \\| .+ \\| .+ \\|"))
                .map(line -> line.split("`")[1])
                .toList();
        assertThat(explained).isNotEmpty().containsExactlyInAnyOrderElementsOf(alerts);
    }

    static Stream<Arguments> pods() {
        return Stream.of(
                Arguments.of(DEPLOYMENT, "/spec/template/spec"),
                Arguments.of(CRON_JOB, "/spec/jobTemplate/spec/template/spec"));
    }

    private static List<String> writable(JsonNode container) {
        return StreamSupport.stream(container.at("/volumeMounts").spliterator(), false)
                .filter(mount -> !mount.path("readOnly").asBoolean())
                .map(mount -> mount.path("mountPath").asText())
                .toList();
    }

    private static int seconds(JsonNode duration) {
        return Integer.parseInt(duration.asText().replaceFirst("s$", ""));
    }

    private static int port() throws IOException {
        var port = Pattern.compile("\\$\\{SERVER_PORT:(\\d+)}")
                .matcher(Files.readString(Path.of("src/main/resources/application.yaml")));
        assertThat(port.find()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    /** The text of the first such element below the project itself, not of its parent. */
    private static String pom(String element) throws IOException {
        var text = Files.readString(Path.of("pom.xml")).replaceFirst("(?s)<parent>.*</parent>", "");
        var found = Pattern.compile("<%1$s>(.*?)</%1$s>".formatted(element)).matcher(text);
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static JsonNode yaml(String file) throws IOException {
        return YAML.readTree(Path.of(file).toFile());
    }

    private static Stream<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of(file)).stream();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static List<String> texts(JsonNode array, String key) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(entry -> entry.path(key).asText())
                .toList();
    }
}
