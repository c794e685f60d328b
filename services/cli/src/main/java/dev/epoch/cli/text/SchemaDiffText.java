package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** Differences of schemas as {@code epoch diff --schema} prints them. */
public final class SchemaDiffText {
  private static final List<String> TYPES = List.of("added", "removed", "modified");
  private static final Map<String, String> PLURALS =
      Map.of("index", "indexes", "policy", "policies");

  private final Palette palette;

  /** A text in colours. */
  public SchemaDiffText(Palette palette) {
    this.palette = Objects.requireNonNull(palette, "palette");
  }

  /** By table, then what was added, removed, modified, by kind. */
  public List<String> of(JsonNode diff, Predicate<JsonNode> wanted) {
    Map<String, List<JsonNode>> byTable = new LinkedHashMap<>();
    StreamSupport.stream(diff.path("changes").spliterator(), false)
        .filter(wanted)
        .forEach(change ->
            byTable
                .computeIfAbsent(change.path("table").asText(), any -> new ArrayList<>())
                .add(change));
    List<String> lines = new ArrayList<>();
    byTable.forEach((table, changes) -> {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.add(
          palette.bold(
              table.isEmpty() ? "Schema changes:" : "Schema changes for '" + table + "':"));
      sections(lines, changes);
    });
    return lines;
  }

  private void sections(List<String> lines, List<JsonNode> changes) {
    for (String type : TYPES) {
      Map<String, List<JsonNode>> byKind = new LinkedHashMap<>();
      changes.stream()
          .filter(change -> change.path("change_type").asText().equals(type))
          .forEach(change ->
              byKind
                  .computeIfAbsent(change.path("object_type").asText(), any -> new ArrayList<>())
                  .add(change));
      byKind.forEach((kind, same) -> {
        lines.add("");
        lines.add(capital(type) + " " + plural(kind) + ":");
        same.forEach(change -> lines.addAll(change(type, kind, change)));
      });
    }
  }

  private List<String> change(String type, String kind, JsonNode change) {
    String name = change.path("object_name").asText();
    JsonNode details = change.path("details");
    return switch (type) {
      case "added" -> List.of(palette.green("  + " + name + described(kind, details)));
      case "removed" -> List.of(palette.red("  - " + name + described(kind, details)));
      default -> {
        String before = described(kind, details.path("before"));
        String after = described(kind, details.path("after"));
        List<String> lines = new ArrayList<>();
        String fact = details.path("fact").asText("");
        lines.add(
            palette.yellow(
                "  ~ " + renamed(name, details) + (fact.isEmpty() ? "" : " (" + fact + ")")));
        if (!before.equals(after)) {
          lines.add(palette.red("      -" + before));
          lines.add(palette.green("      +" + after));
        }
        yield lines;
      }
    };
  }

  /** With the name that it had, if that was another one. */
  static String renamed(String name, JsonNode details) {
    String former = details.path("before").path("name").asText(name);
    return former.equals(name) ? name : former + " -> " + name;
  }

  private static String described(String kind, JsonNode details) {
    if (kind.equals("column")) {
      String text = " " + SchemaText.type(details.path("type").asText());
      text += details.path("nullable").asBoolean(true) ? "" : " NOT NULL";
      text += fact(" DEFAULT ", details.path("default"));
      text += fact(" GENERATED AS ", details.path("generated"));
      text += fact(" IDENTITY ", details.path("identity"));
      return text + fact(" COMMENT ", details.path("comment"));
    }
    JsonNode definition = details.isTextual() ? details : details.path("definition");
    boolean whole = isWhole(definition.asText());
    if (definition.isMissingNode() || definition.isNull() || whole) {
      return whole || kind.equals("enum value") ? "" : " none";
    }
    return " " + SchemaText.plain(definition.asText());
  }

  /** A statement that makes an object, in as many lines as it takes: the name says enough. */
  static boolean isWhole(String definition) {
    return definition.startsWith("CREATE ");
  }

  private static String fact(String name, JsonNode value) {
    return value.isTextual() ? name + SchemaText.plain(value.asText()) : "";
  }

  private static String capital(String word) {
    return word.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + word.substring(1);
  }

  private static String plural(String kind) {
    return PLURALS.getOrDefault(kind, kind.endsWith("s") ? kind : kind + "s");
  }
}
