package dev.epoch.cli.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlFactory;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A TOML file of settings. A value may name an environment variable ({@code ${NAME}}) or a file
 * that holds it ({@code @file:path}); both are looked up only when the value is asked for.
 */
public final class ConfigurationFile {

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
  private static final String FROM_FILE = "@file:";

  /** Tables whose names and keys are not those of {@link ConfigurationKey}. */
  private static final Set<String> ELSEWHERE = Set.of("storage", "profiles");

  private final Path path;
  private final JsonNode content;
  private final JsonNode profile;
  private final Map<String, String> variables;

  private ConfigurationFile(
      Path path, JsonNode content, JsonNode profile, Map<String, String> variables) {
    this.path = path;
    this.content = Objects.requireNonNull(content, "content");
    this.profile = Objects.requireNonNull(profile, "profile");
    this.variables = Objects.requireNonNull(variables, "variables");
  }

  /** A file that holds nothing. */
  public static ConfigurationFile none() {
    return new ConfigurationFile(null, Json.object(), Json.object(), Map.of());
  }

  /**
   * Reads a file.
   *
   * @param profile name of the profile whose values go before the others, or null
   * @throws CommandFailure if the file is not there, is not TOML, or lacks the profile
   */
  public static ConfigurationFile read(Path path, String profile, Map<String, String> variables) {
    JsonNode content = parse(path);
    if (profile == null) {
      return new ConfigurationFile(path, content, Json.object(), variables);
    }
    JsonNode overrides = content.path("profiles").path(profile);
    if (!overrides.isObject()) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "there is no profile '" + profile + "' in " + path,
          "add [profiles." + profile + "] there, or leave --profile out");
    }
    return new ConfigurationFile(path, content, overrides, variables);
  }

  private static JsonNode parse(Path path) {
    try {
      return parse(Files.readString(path));
    } catch (NoSuchFileException missing) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "there is no configuration file " + path,
          "look at --config and EPOCH_CONFIG_FILE");
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "cannot read the configuration file " + path + ": " + firstLine(unreadable),
          "correct it, or name another one with --config");
    }
  }

  /** Reads TOML. */
  static JsonNode parse(String text) throws IOException {
    try (JsonParser parser = new TomlFactory().createParser(text)) {
      return Json.read(parser);
    }
  }

  private static String firstLine(IOException problem) {
    String text = String.valueOf(problem.getMessage()).lines().findFirst().orElse("");
    return problem instanceof JsonProcessingException syntax && syntax.getLocation() != null
        ? text + " in line " + syntax.getLocation().getLineNr()
        : text;
  }

  /** Where it was read from, or null. */
  public Path path() {
    return path;
  }

  /** A value by the names on the way to it, or null. */
  public String text(String... names) {
    String fromProfile = expanded(at(profile, names));
    return fromProfile == null ? expanded(at(content, names)) : fromProfile;
  }

  /**
   * A table of the file with its values looked up, in the profile if that has it; empty where there
   * is none. Arrays are left as they are.
   */
  public ObjectNode table(String... names) {
    JsonNode fromProfile = at(profile, names);
    return resolved(fromProfile.isObject() ? fromProfile : at(content, names));
  }

  /** A value of any kind with variables and files put in; missing where there is none. */
  JsonNode value(String... names) {
    JsonNode fromProfile = at(profile, names);
    JsonNode found = fromProfile.isMissingNode() ? at(content, names) : fromProfile;
    return switch (found.getNodeType()) {
      case OBJECT -> resolved(found);
      case STRING -> Json.text(expanded(found));
      default -> found;
    };
  }

  private ObjectNode resolved(JsonNode table) {
    ObjectNode result = Json.object();
    table
        .properties()
        .forEach(field -> {
          JsonNode value = field.getValue();
          if (value.isObject()) {
            result.set(field.getKey(), resolved(value));
          } else if (value.isTextual()) {
            result.put(field.getKey(), expanded(value));
          } else {
            result.set(field.getKey(), value);
          }
        });
    return result;
  }

  /** The names of the tables and values in a table of the file. */
  public Set<String> names(String... names) {
    Set<String> all = new LinkedHashSet<>();
    at(profile, names).fieldNames().forEachRemaining(all::add);
    at(content, names).fieldNames().forEachRemaining(all::add);
    return all;
  }

  /** Whether a value of the file has this variable put in. */
  boolean takesIn(String variable) {
    return content.toString().contains("${" + variable + "}");
  }

  /** Keys of the file that nothing reads, in its order. */
  public List<String> unknown() {
    List<String> unknown = new ArrayList<>();
    unknown(content, List.of(), unknown);
    content
        .path("profiles")
        .properties()
        .forEach(each -> {
          List<String> found = new ArrayList<>();
          unknown(each.getValue(), List.of(), found);
          found.forEach(key -> unknown.add("profiles." + TomlText.key(each.getKey()) + "." + key));
        });
    return unknown;
  }

  private static void unknown(JsonNode table, List<String> path, List<String> unknown) {
    for (Map.Entry<String, JsonNode> field : table.properties()) {
      if (path.isEmpty() && ELSEWHERE.contains(field.getKey())) {
        continue;
      }
      List<String> inside = new ArrayList<>(path);
      inside.add(field.getKey());
      if (field.getValue().isObject()) {
        unknown(field.getValue(), inside, unknown);
        continue;
      }
      String key = inside.stream().map(TomlText::key).collect(Collectors.joining("."));
      if (ConfigurationKey.named(key).isEmpty()) {
        unknown.add(key);
      }
    }
  }

  private static JsonNode at(JsonNode root, String... names) {
    JsonNode node = root;
    for (String name : names) {
      node = node.path(name);
    }
    return node;
  }

  private String expanded(JsonNode value) {
    if (!value.isValueNode() || value.isNull()) {
      return null;
    }
    String text = value.asText();
    if (text.startsWith(FROM_FILE)) {
      return contentOf(Path.of(text.substring(FROM_FILE.length())));
    }
    Matcher matcher = VARIABLE.matcher(text);
    return matcher.replaceAll(
        match -> Matcher.quoteReplacement(variables.getOrDefault(match.group(1), "")));
  }

  private String contentOf(Path secret) {
    try {
      return Files.readString(secret).strip();
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "cannot read " + secret + ", which " + path + " names",
          "correct the path after " + FROM_FILE + ", or make the file readable");
    }
  }
}
