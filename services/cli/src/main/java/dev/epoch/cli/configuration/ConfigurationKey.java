package dev.epoch.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key of the configuration that means something.
 *
 * @param name as users write it
 * @param kind what its values are
 * @param allowed values of a text, empty for any
 * @param local where it stands in {@code .epoch/config}, empty if it does not stand there
 * @param file where it stands in a configuration file, empty likewise
 * @param secret whether its value is for nobody's eyes
 */
public record ConfigurationKey(
    String name,
    Kind kind,
    Set<String> allowed,
    List<String> local,
    List<String> file,
    boolean secret) {

  /** What values are. */
  public enum Kind {
    TEXT,
    FLAG,
    /** Whole numbers from 0 on. */
    NUMBER,
    /** Names or patterns, with commas between. */
    LIST,
    /** Written in TOML. */
    TOML
  }

  private static final Pattern RULE =
      Pattern.compile(
          "conflict\\.(table_rules|field_rules)\\.(?:\"(.+)\"|(.+))\\.(strategy|timestamp_field|json)");

  private static final Set<String> STRATEGIES =
      Set.of(
          "manual",
          "source_wins",
          "target_wins",
          "last_write_wins",
          "sum",
          "max",
          "min",
          "append_only");

  private static final Set<String> JSON = Set.of("by_key", "whole");

  /** All of them but the rules of tables and fields, whose names have those in them. */
  public static final List<ConfigurationKey> ALL =
      List.of(
          text("author.name", "author.name", "defaults.author_name"),
          text("author.email", "author.email", "defaults.author_email"),
          new ConfigurationKey(
              "branching.strategy",
              Kind.TEXT,
              Set.of("environment", "gitflow", "trunk"),
              List.of("branching", "strategy"),
              List.of("branching", "strategy"),
              false),
          text("branching.default_branch", "branching.default_branch", "branching.default_branch"),
          same("branching.protected_branches", Kind.LIST),
          same("branching.promotion.paths", Kind.TOML),
          same("branching.promotion.require_approval", Kind.FLAG),
          same("branching.promotion.auto_merge", Kind.FLAG),
          new ConfigurationKey(
              "branching.promotion.conflict_strategy",
              Kind.TEXT,
              Set.of("fail", "ours", "theirs", "manual"),
              List.of("branching", "promotion", "conflict_strategy"),
              List.of("branching", "promotion", "conflict_strategy"),
              false),
          new ConfigurationKey(
              "conflict.default_strategy",
              Kind.TEXT,
              STRATEGIES,
              List.of("conflict", "default_strategy"),
              List.of("conflict", "default_strategy"),
              false),
          text("conflict.timestamp_field", "conflict.timestamp_field", "conflict.timestamp_field"),
          new ConfigurationKey(
              "conflict.json",
              Kind.TEXT,
              JSON,
              List.of("conflict", "json"),
              List.of("conflict", "json"),
              false),
          same("ddl.lock_timeout_secs", Kind.NUMBER),
          same("ddl.retry.initial_delay_ms", Kind.NUMBER),
          same("ddl.retry.max_delay_ms", Kind.NUMBER),
          same("ddl.retry.max_retries", Kind.NUMBER),
          same("ddl.statement_timeout_secs", Kind.NUMBER),
          same("ddl.use_concurrent", Kind.FLAG),
          text("defaults.branch", "", "defaults.branch"),
          new ConfigurationKey(
              "defaults.format",
              Kind.TEXT,
              Set.of("text", "json", "table", "csv"),
              List.of("defaults", "format"),
              List.of("defaults", "format"),
              false),
          same("exclude_patterns", Kind.LIST),
          new ConfigurationKey(
              "logging.level",
              Kind.TEXT,
              Set.of("error", "warn", "info", "debug", "trace"),
              List.of("logging", "level"),
              List.of("logging", "level"),
              false),
          same("merge.learnt", Kind.FLAG),
          text("metadata.url", "metadata_url", "metadata.url"),
          text("repository_name", "repository_name", ""),
          new ConfigurationKey(
              "server.api_key",
              Kind.TEXT,
              Set.of(),
              List.of("server", "api_key"),
              List.of("server", "api_key"),
              true),
          text("server.url", "server.url", "server.url"));

  private static ConfigurationKey text(String name, String local, String file) {
    return new ConfigurationKey(
        name, Kind.TEXT, Set.of(), TomlText.names(local), TomlText.names(file), false);
  }

  private static ConfigurationKey same(String name, Kind kind) {
    return new ConfigurationKey(
        name, kind, Set.of(), TomlText.names(name), TomlText.names(name), false);
  }

  /** The key of a name, also by the names that files have for it. */
  public static Optional<ConfigurationKey> named(String name) {
    Matcher rule = RULE.matcher(name);
    if (rule.matches()) {
      String of = rule.group(2) == null ? rule.group(3) : rule.group(2);
      List<String> path = List.of("conflict", rule.group(1), of, rule.group(4));
      return Optional.of(
          new ConfigurationKey(
              "conflict." + rule.group(1) + "." + of + "." + rule.group(4),
              Kind.TEXT,
              switch (rule.group(4)) {
                case "strategy" -> STRATEGIES;
                case "json" -> JSON;
                default -> Set.of();
              },
              path,
              path,
              false));
    }
    List<String> path = TomlText.names(name);
    return ALL.stream()
        .filter(key ->
            key.name().equals(name)
                || (!path.isEmpty() && (key.file().equals(path) || key.local().equals(path))))
        .findFirst();
  }

  /** Whether the server keeps it: it counts when it has been sent there. */
  public boolean policy() {
    return name.startsWith("conflict.")
        || (name.startsWith("branching.") && !name.equals("branching.default_branch"));
  }

  /**
   * What a file is to hold for a value that a user wrote.
   *
   * @throws CommandFailure if the key has no such values
   */
  public JsonNode value(String written) {
    return switch (kind) {
      case TEXT -> {
        if (!allowed.isEmpty() && !allowed.contains(written)) {
          throw CommandFailure.usage(
              "'" + name + "' is one of " + String.join(", ", allowed.stream().sorted().toList()));
        }
        yield Json.text(written);
      }
      case FLAG ->
          switch (written) {
            case "true", "yes", "on", "1" -> BooleanNode.TRUE;
            case "false", "no", "off", "0" -> BooleanNode.FALSE;
            default -> throw CommandFailure.usage("'" + name + "' is true or false");
          };
      case NUMBER -> {
        if (!written.matches("[0-9]{1,9}")) {
          throw CommandFailure.usage("'" + name + "' is a whole number from 0 on");
        }
        yield IntNode.valueOf(Integer.parseInt(written));
      }
      case LIST -> {
        ArrayNode list = Json.array();
        Arrays.stream(written.split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .forEach(list::add);
        yield list;
      }
      case TOML -> {
        try {
          yield ConfigurationFile.parse("value = " + written + "\n").path("value");
        } catch (IOException noValue) {
          throw CommandFailure.usage(
              "'"
                  + name
                  + "' is written as in TOML: [{ source = \"staging\", target = \"main\" }]");
        }
      }
    };
  }
}
