package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.commit.TableChange;
import dev.epoch.client.record.Diff;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Differences as {@code epoch diff} prints them. */
public final class DiffText {

  private final Palette palette;

  /** A text in colours. */
  public DiffText(Palette palette) {
    this.palette = Objects.requireNonNull(palette, "palette");
  }

  /**
   * What changed in one table.
   *
   * @param schema changes of its schema, empty where they are not known
   */
  public List<String> table(TableChange change, List<Diff.SchemaChange> schema) {
    List<String> lines = new ArrayList<>();
    lines.add(palette.bold(title(change) + ": " + change.table()));
    if (change.schemaChanged() && change.kind() == TableChange.Kind.MODIFIED) {
      lines.add("  Schema changes:");
      if (schema.isEmpty()) {
        lines.addAll(told(change));
      }
      schema.forEach(item -> lines.add("    " + schemaChange(item)));
    }
    if (change.records() > 0) {
      lines.add("  Record changes:");
      if (change.inserted() > 0) {
        lines.add(palette.green("    + " + Counts.of(change.inserted(), "record") + " added"));
      }
      if (change.updated() > 0) {
        boolean newFields = schema.stream().anyMatch(DiffText::addsColumn);
        lines.add(
            palette.yellow(
                "    ~ "
                    + Counts.of(change.updated(), "record")
                    + " modified"
                    + (newFields ? " (new field values)" : "")));
      }
      if (change.deleted() > 0) {
        lines.add(palette.red("    - " + Counts.of(change.deleted(), "record") + " deleted"));
      }
    }
    return lines;
  }

  /** Views, functions and types, each once; none for none. */
  public List<String> objects(List<Diff.SchemaChange> changes) {
    if (changes.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(palette.bold("Views, functions and types:"));
    changes.stream().map(item -> "  " + object(item)).distinct().forEach(lines::add);
    return lines;
  }

  private String object(Diff.SchemaChange change) {
    String text = change.objectType() + " " + change.objectName();
    return switch (change.changeType()) {
      case "added" -> palette.green("+ " + text);
      case "removed" -> palette.red("- " + text);
      case String ignored -> palette.yellow("~ " + text);
    };
  }

  /** What an answer without parts says of the schema. */
  private List<String> told(TableChange change) {
    return change.schemaChanges().isEmpty()
        ? List.of(palette.yellow("    ~ schema changed"))
        : change.schemaChanges().stream().map(item -> palette.yellow("    " + item)).toList();
  }

  private static String title(TableChange change) {
    return switch (change.kind()) {
      case ADDED -> "Added";
      case MODIFIED -> "Modified";
      case REMOVED -> "Removed";
    };
  }

  private static boolean addsColumn(Diff.SchemaChange change) {
    return change.changeType().equals("added") && change.objectType().equals("column");
  }

  private String schemaChange(Diff.SchemaChange change) {
    // of the table itself: row security, a comment
    boolean ofTable =
        change.objectName().equals(change.table()) && !change.objectType().equals("column");
    String name =
        ofTable
            ? change.objectType()
            : SchemaDiffText.renamed(change.objectName(), change.details());
    String text = name + definition(change);
    return switch (change.changeType()) {
      case "added" -> palette.green("+ " + text);
      case "removed" -> palette.red("- " + text);
      case String ignored -> palette.yellow("~ " + text);
    };
  }

  /** The type of a column in parentheses; the definition of anything else as it is. */
  private static String definition(Diff.SchemaChange change) {
    JsonNode details = change.details();
    if (change.objectType().equals("column")) {
      String before = type(details.path("before"));
      String after = type(details.path("after"));
      if (!before.isEmpty() && !after.isEmpty()) {
        return modified(details.path("before"), details.path("after"), before, after);
      }
      String type = type(details);
      String shown = type.isEmpty() ? after + (after.isEmpty() ? before : "") : type;
      return shown.isEmpty() ? "" : " (" + shown + ")";
    }
    String definition = details.path("definition").asText("");
    return definition.isEmpty() || SchemaDiffText.isWhole(definition)
        ? " (" + change.objectType() + ")"
        : " " + definition;
  }

  /** The facts that differ; the type where none of those that are told does. */
  private static String modified(JsonNode before, JsonNode after, String old, String now) {
    List<String> facts = new ArrayList<>();
    if (!old.equals(now)) {
      facts.add(old + " -> " + now);
    } else if (!before.path("type").equals(after.path("type"))) {
      facts.add(
          SchemaText.type(before.path("type").asText())
              + " -> "
              + SchemaText.type(after.path("type").asText()));
    }
    if (before.path("nullable").asBoolean(true) != after.path("nullable").asBoolean(true)) {
      facts.add(after.path("nullable").asBoolean(true) ? "may be null" : "not null");
    }
    for (String fact : List.of("default", "generated", "identity", "comment")) {
      String former = told(before.path(fact));
      String latter = told(after.path(fact));
      if (!former.equals(latter)) {
        facts.add(fact + " " + former + " -> " + latter);
      }
    }
    return " (" + (facts.isEmpty() ? now : String.join(", ", facts)) + ")";
  }

  private static String told(JsonNode fact) {
    return fact.isTextual() ? SchemaText.plain(fact.asText()) : "none";
  }

  private static String type(JsonNode details) {
    for (String field : List.of("type", "data_type")) {
      if (details.path(field).isTextual()) {
        return TypeNames.brief(details.path(field).textValue());
      }
    }
    return "";
  }

  /** One changed record, with the fields that differ. */
  public List<String> record(Diff.RecordChange change) {
    String key = Values.namedKey(change.key());
    return switch (change.type()) {
      case INSERT -> List.of(palette.green("  + " + key + rest(change.after(), change.key())));
      case DELETE -> List.of(palette.red("  - " + key));
      case UPDATE -> {
        List<String> lines = new ArrayList<>();
        lines.add(palette.yellow("  ~ " + key));
        for (String field : change.fields()) {
          String before = Values.shown(change.before().path(field));
          String after = Values.shown(change.after().path(field));
          lines.add(
              "      "
                  + field
                  + ": "
                  + (before.equals(after)
                      ? after + " (spelled otherwise)"
                      : before + " -> " + after));
        }
        yield lines;
      }
    };
  }

  private static String rest(JsonNode row, JsonNode key) {
    List<String> parts = new ArrayList<>();
    row.properties()
        .forEach(field -> {
          if (!key.has(field.getKey())) {
            parts.add(field.getKey() + "=" + Values.shown(field.getValue()));
          }
        });
    return parts.isEmpty() ? "" : ": " + String.join(", ", parts);
  }

  /** One line for each table and a sum, as {@code git diff --stat} has it. */
  public List<String> statistics(List<TableChange> changes) {
    List<String> lines = new ArrayList<>();
    int width = changes.stream().mapToInt(change -> change.table().length()).max().orElse(0);
    for (TableChange change : changes) {
      lines.add(
          " "
              + change.table()
              + " ".repeat(width - change.table().length())
              + " | "
              + change.records()
              + " "
              + palette.green("+" + change.inserted())
              + " "
              + palette.yellow("~" + change.updated())
              + " "
              + palette.red("-" + change.deleted())
              + (change.schemaChanged() ? " schema" : ""));
    }
    if (!changes.isEmpty()) {
      String sum =
          Counts.changes(
              changes.stream().mapToLong(TableChange::inserted).sum(),
              changes.stream().mapToLong(TableChange::updated).sum(),
              changes.stream().mapToLong(TableChange::deleted).sum());
      lines.add(
          " "
              + Counts.of(changes.size(), "table")
              + " changed"
              + (sum.isEmpty() ? "" : ", " + sum));
    }
    return lines;
  }
}
