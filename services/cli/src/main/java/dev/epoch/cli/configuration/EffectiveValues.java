package dev.epoch.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a key of the configuration means here, and who says so: an environment variable, {@code
 * .epoch/config}, the configuration file.
 */
public final class EffectiveValues {
  private static final Map<String, String> VARIABLES =
      Map.of(
          "author.name", "EPOCH_AUTHOR_NAME",
          "author.email", "EPOCH_AUTHOR_EMAIL",
          "branching.default_branch", "EPOCH_DEFAULT_BRANCH",
          "defaults.format", "EPOCH_FORMAT",
          "logging.level", "EPOCH_LOG_LEVEL",
          "metadata.url", "EPOCH_METADATA_URL",
          "repository_name", "EPOCH_REPOSITORY",
          "server.api_key", "EPOCH_API_KEY",
          "server.url", "EPOCH_SERVER_URL");

  private final Function<String, String> variables;
  private final ConfigurationFile local;
  private final String localName;
  private final ConfigurationFile file;

  /**
   * @param variables the value of an environment variable, or null
   * @param local {@code .epoch/config}
   * @param localName its path
   * @param file the configuration file
   */
  EffectiveValues(
      Function<String, String> variables,
      ConfigurationFile local,
      String localName,
      ConfigurationFile file) {
    this.variables = Objects.requireNonNull(variables, "variables");
    this.local = Objects.requireNonNull(local, "local");
    this.localName = localName;
    this.file = Objects.requireNonNull(file, "file");
  }

  /**
   * A value.
   *
   * @param origin the variable or the file that says it
   */
  public record Effective(String key, JsonNode value, String origin) {
    /** As users write it. */
    public String text() {
      return shown(value);
    }
  }

  /** What holds for a key, empty if nobody says anything. */
  public Optional<Effective> of(ConfigurationKey key) {
    String variable = VARIABLES.get(key.name());
    String given = variable == null ? null : variables.apply(variable);
    if (given != null && !given.isBlank()) {
      return Optional.of(new Effective(key.name(), Json.text(given), variable));
    }
    return in(local, localName, key, key.local())
        .or(() -> key.policy() && saysPolicy(local) ? Optional.empty() : inFile(file, key));
  }

  /** What one file says. */
  public static Optional<Effective> inFile(ConfigurationFile file, ConfigurationKey key) {
    return in(file, String.valueOf(file.path()), key, key.file());
  }

  /** A file that says anything of the repository's policy says all of it. */
  private static boolean saysPolicy(ConfigurationFile file) {
    return !RepositoryPolicy.of(file).isEmpty();
  }

  private static Optional<Effective> in(
      ConfigurationFile file, String name, ConfigurationKey key, List<String> path) {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    JsonNode value = file.value(path.toArray(String[]::new));
    return value.isMissingNode()
        ? Optional.empty()
        : Optional.of(new Effective(key.name(), value, name));
  }

  private static String shown(JsonNode value) {
    if (!value.isArray()) {
      return value.isObject() ? Json.compact(value) : value.asText();
    }
    List<String> parts = new ArrayList<>();
    value.forEach(part -> parts.add(part.isValueNode() ? part.asText() : TomlText.toml(part)));
    return value.isEmpty() || value.get(0).isValueNode()
        ? String.join(",", parts)
        : "[" + String.join(", ", parts) + "]";
  }
}
