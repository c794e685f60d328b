package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.merge.Conflict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Conflicts as {@code epoch conflicts show} and {@code epoch merge} print them. */
public final class ConflictText {

  private static final String RULE = "-".repeat(60);

  private final Palette palette;

  /** A text in colours. */
  public ConflictText(Palette palette) {
    this.palette = Objects.requireNonNull(palette, "palette");
  }

  /** All conflicts that are still open, table by table. */
  public List<String> all(List<Conflict> conflicts) {
    Map<String, List<Conflict>> byTable = new LinkedHashMap<>();
    List<Conflict> constraints = new ArrayList<>();
    for (Conflict conflict : conflicts) {
      if (conflict.open() == 0) {
        continue;
      }
      if (conflict.aboutDefinition()) {
        constraints.add(conflict);
      } else {
        byTable.computeIfAbsent(conflict.table(), table -> new ArrayList<>()).add(conflict);
      }
    }
    List<String> lines = new ArrayList<>();
    byTable.forEach((table, records) -> {
      separate(lines);
      lines.addAll(records(table, records));
    });
    for (Conflict constraint : constraints) {
      separate(lines);
      if (isAboutType(constraint)) {
        lines.addAll(types(constraint));
        learnt("  ", constraint.learnt(), lines);
        continue;
      }
      lines.add(headline(constraint));
      lines.add("  (use \"epoch resolve " + path(constraint) + "\" to decide)");
      constraint
          .fields()
          .forEach(field -> {
            lines.add("  BASE:   " + side(field.base()));
            lines.add("  OURS:   " + side(field.ours()));
            lines.add("  THEIRS: " + side(field.theirs()));
          });
      learnt("  ", constraint.learnt(), lines);
    }
    return lines;
  }

  private static boolean isAboutType(Conflict conflict) {
    return conflict.type().equals("type_mismatch")
        && conflict.fields().stream().allMatch(field -> field.name().equals("column type"));
  }

  /** A column that has other types on both sides. */
  private List<String> types(Conflict conflict) {
    List<String> lines = new ArrayList<>();
    lines.add(palette.red("Schema conflict in " + conflict.table() + ":"));
    lines.add("  Column '" + conflict.constraint() + "':");
    for (Conflict.Field field : conflict.fields()) {
      lines.add("    OURS:   " + TypeNames.printed(side(field.ours())));
      lines.add("    THEIRS: " + TypeNames.printed(side(field.theirs())));
    }
    lines.add("  (use \"epoch resolve " + path(conflict) + "\" to decide)");
    return lines;
  }

  private static void separate(List<String> lines) {
    if (!lines.isEmpty()) {
      lines.add("");
    }
  }

  private List<String> records(String table, List<Conflict> records) {
    List<String> lines = new ArrayList<>();
    lines.add(palette.bold("Table: " + table));
    lines.add(RULE);
    boolean first = true;
    for (Conflict conflict : records) {
      if (!first) {
        lines.add("");
      }
      first = false;
      lines.add("Record ID: " + Values.key(conflict.key()));
      lines.addAll(fields(conflict));
      learnt("  ", conflict.learnt(), lines);
    }
    lines.add(RULE);
    return lines;
  }

  private List<String> fields(Conflict conflict) {
    List<String> lines = new ArrayList<>();
    if (conflict.constraint() != null) {
      lines.add("  Violates: " + conflict.constraint());
    } else if (conflict.fields().isEmpty()) {
      lines.add("  Conflict: " + conflict.type());
    }
    for (Conflict.Field field : conflict.fields()) {
      if (field.resolved()) {
        continue;
      }
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.add("  Field: " + field.name());
      lines.add("    BASE:   " + Values.shown(field.base()));
      lines.add("    OURS:   " + shown(field.ours(), conflict.deletedByOurs()));
      lines.add("    THEIRS: " + shown(field.theirs(), conflict.deletedByTheirs()));
      learnt("    ", field.learnt(), lines);
      if (field.rule() != null) {
        lines.add(
            "    RULE:   %s for %s.%s would settle it"
                .formatted(field.rule(), conflict.table(), field.name()));
      }
    }
    return lines;
  }

  /** How it was decided before. */
  private static void learnt(String indent, Conflict.Learnt learnt, List<String> lines) {
    if (learnt != null) {
      lines.add(
          indent
              + "LEARNT: "
              + learnt.resolution()
              + (learnt.value().isMissingNode() ? "" : ", " + Values.shown(learnt.value())));
    }
  }

  private static String shown(JsonNode value, boolean deleted) {
    return deleted ? "(deleted)" : Values.shown(value);
  }

  private String headline(Conflict constraint) {
    Conflict.Field first = constraint.fields().isEmpty() ? null : constraint.fields().getFirst();
    String[] what = first == null ? new String[] {""} : first.name().split(" ", 2);
    boolean table = constraint.constraint().isEmpty() && what[0].equals("table");
    String kind = what.length > 1 ? what[0] : table ? "table" : "constraint";
    String name =
        kind.equals("constraint") && !constraint.constraint().isEmpty()
            ? constraint.constraint()
            : path(constraint);
    return palette.red("CONFLICT (%s): %s %s".formatted(kind, name, how(first, what)));
  }

  /** What {@code epoch resolve} calls a part of a schema: with its table, or the table itself. */
  static String path(Conflict part) {
    return part.constraint().isEmpty() ? part.table() : part.table() + "." + part.constraint();
  }

  /** What both sides did to a part of a schema. */
  private static String how(Conflict.Field first, String[] what) {
    if (first == null) {
      return "modified in both branches";
    }
    boolean definition = what.length < 2 || what[1].equals("definition");
    if (first.ours().isNull() || first.theirs().isNull()) {
      return definition
          ? "deleted in one branch and modified in the other"
          : "deleted in one branch and " + what[1] + " in the other";
    }
    return (first.base().isNull() ? "added" : "modified")
        + " in both branches"
        + (definition ? "" : " (" + what[1] + ")");
  }

  private static String side(JsonNode value) {
    return value.isNull()
        ? "(not there)"
        : value.isTextual() ? SchemaText.plain(value.textValue()) : Values.shown(value);
  }

  /**
   * What a merge says that stopped at conflicts.
   *
   * @param tables tables with conflicts in records
   * @param constraints conflicts about constraints
   */
  public List<String> merge(
      List<String> tables, List<Conflict> constraints, String source, String target) {
    List<String> lines = new ArrayList<>();
    tables.forEach(table -> lines.add(palette.red("CONFLICT: Merge conflict in " + table)));
    for (Conflict constraint : constraints) {
      lines.add(headline(constraint));
      for (Conflict.Field field : constraint.fields()) {
        lines.add("");
        lines.add("On " + target + ":");
        lines.add("  " + side(field.ours()));
        lines.add("");
        lines.add("On " + source + ":");
        lines.add("  " + side(field.theirs()));
        lines.add("");
      }
    }
    lines.add(
        tables.isEmpty() && !constraints.isEmpty()
            ? "Automatic merge failed. Fix conflicts and commit."
            : "Automatic merge failed; fix conflicts and then commit.");
    return lines;
  }
}
