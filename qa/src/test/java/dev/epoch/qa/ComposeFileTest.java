package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;

/**
 * What compose would say to {@code docker/compose.yaml}, and the containers to what it gives them,
 * as far as it can be known without starting them.
 */
class ComposeFileTest {
  private static final Path FILE = Checkout.ROOT.resolve("docker/compose.yaml");
  private static final Pattern SETTING = Pattern.compile("\\bEPOCH_[A-Z_]+\\b");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)(?::-([^}]*))?}");

  /** Of compose's own specification, as far as the file uses it. */
  private static final Set<String> FIELDS =
      Set.of(
          "build",
          "cap_drop",
          "depends_on",
          "entrypoint",
          "environment",
          "healthcheck",
          "image",
          "init",
          "network_mode",
          "ports",
          "profiles",
          "read_only",
          "restart",
          "security_opt",
          "stop_grace_period",
          "tmpfs",
          "volumes");

  private final Map<String, Map<String, Object>> services = services();

  @Test
  void whatServicesReferToIsThere() {
    Set<String> volumes = map(file().get("volumes")).keySet();
    assertThat(services).containsOnlyKeys("epoch", "postgres", "kafka", "password", "api-key");
    services.forEach((name, service) -> {
      assertThat(FIELDS).as(name).containsAll(service.keySet());
      assertThat(service.containsKey("image")).as(name).isNotEqualTo(service.containsKey("build"));
      for (Object mounted : list(service.get("volumes"))) {
        assertThat(volumes).as(name).anyMatch(one -> one.equals(mounted.toString().split(":")[0]));
      }
      map(service.get("depends_on"))
          .forEach((other, how) -> {
            Map<String, Object> needed = services.get(other);
            assertThat(needed).as(name + " depends on " + other).isNotNull();
            assertThat(needed.get("profiles")).as("one that is always started").isNull();
            if (map(how).get("condition").equals("service_healthy")) {
              assertThat(needed).containsKey("healthcheck");
            }
          });
    });
    Map<String, Object> build = map(services.get("epoch").get("build"));
    assertThat(FILE.resolveSibling(build.get("context").toString()).normalize())
        .isEqualTo(Checkout.ROOT);
    assertThat(Checkout.ROOT.resolve(build.get("dockerfile").toString())).isRegularFile();
  }

  @Test
  void portsAndVariablesAreThoseOfTheImage() throws IOException {
    String image = Files.readString(Checkout.ROOT.resolve("docker/Dockerfile"));
    String port = list(services.get("epoch").get("ports")).getFirst().toString();
    assertThat(filled(port, Map.of())).isEqualTo("127.0.0.1:8000:8000");
    assertThat(filled(port, Map.of("EPOCH_API_PORT", "9000"))).isEqualTo("127.0.0.1:9000:8000");
    assertThat(image).contains("EXPOSE 8000", "EPOCH_API_PORT=8000");

    Set<String> known =
        SETTING
            .matcher(
                Files.readString(
                        Checkout.ROOT.resolve(
                            "services/server/src/main/resources/application.properties"))
                    + Files.readString(Checkout.ROOT.resolve("docker/epoch-server"))
                    + sources("services/server/src/main/java"))
            .results()
            .map(found -> found.group())
            .collect(Collectors.toSet());
    assertThat(known).contains("EPOCH_API_PORT").hasSizeGreaterThan(30);
    assertThat(known).containsAll(map(services.get("epoch").get("environment")).keySet());
  }

  /** The broker reads its settings from variables; its own code judges them here. */
  @Test
  void theBrokerTakesItsSettingsAndListensWhereTheServerLooks() throws IOException {
    Map<String, Object> kafka = services.get("kafka");
    assertThat(kafka.get("profiles")).isEqualTo(List.of("kafka"));
    // what the tests run against is what is started
    assertThat(kafka.get("image")).isEqualTo("apache/kafka:" + AppInfoParser.getVersion());

    Properties properties = new Properties();
    map(kafka.get("environment"))
        .forEach((name, value) -> {
          assertThat(name).startsWith("KAFKA_");
          properties.put(property(name), value.toString());
        });
    assertThat(KafkaConfig.configDef().names()).containsAll(properties.stringPropertyNames());
    KafkaConfig config = KafkaConfig.fromProps(properties, false);
    assertThat(config.getList("process.roles")).containsExactly("broker", "controller");
    assertThat(list(kafka.get("volumes")).toString())
        .isEqualTo("[kafka:" + config.getString("log.dirs") + "]");

    String looked = "EPOCH_KAFKA_BOOTSTRAP_SERVERS=kafka:9092 docker compose";
    assertThat(Files.readString(Checkout.ROOT.resolve("docs/kafka.md"))).contains(looked);
    assertThat(Files.readString(Checkout.ROOT.resolve("docker/README.md"))).contains(looked);
    assertThat(properties).containsEntry("advertised.listeners", "PLAINTEXT://kafka:9092");
    String bootstrap =
        map(services.get("epoch").get("environment"))
            .get("EPOCH_KAFKA_BOOTSTRAP_SERVERS")
            .toString();
    assertThat(filled(bootstrap, Map.of())).isEmpty();
    assertThat(filled(bootstrap, Map.of("EPOCH_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")))
        .isEqualTo("kafka:9092");
  }

  /** As the image makes names of properties from variables. */
  private static String property(String variable) {
    return variable.substring("KAFKA_".length()).toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /** As compose fills variables in. */
  private static String filled(String text, Map<String, String> variables) {
    return VARIABLE
        .matcher(text)
        .replaceAll(found ->
            Matcher.quoteReplacement(
                variables.getOrDefault(
                    found.group(1), found.group(2) == null ? "" : found.group(2))));
  }

  private static String sources(String folder) throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.walk(Checkout.ROOT.resolve(folder))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private static Map<String, Object> file() {
    try {
      return map(new KubernetesSerialization().unmarshal(Files.readString(FILE), Map.class));
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  private static Map<String, Map<String, Object>> services() {
    return map(file().get("services")).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, service -> map(service.getValue())));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object node) {
    return node == null ? Map.of() : (Map<String, Object>) node;
  }

  private static List<?> list(Object node) {
    return node == null ? new ArrayList<>() : (List<?>) node;
  }
}
