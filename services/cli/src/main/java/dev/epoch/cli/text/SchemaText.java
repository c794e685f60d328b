package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The schema of a table as people write it: short types, no casts that say nothing. */
public final class SchemaText {
  private static final Pattern LITERAL_CAST =
      Pattern.compile(
          "('(?:[^']|'')*')::(?:[\\w.]+(?: varying| with(?:out)? time zone)?(?:\\[\\])?)");
  private static final Pattern COLUMN_CAST = Pattern.compile("\\((\\w+)\\)::text\\b");
  private static final Pattern REFERENCES = Pattern.compile("REFERENCES (?:public\\.)?(\\S+?)\\(");
  private static final Pattern USING = Pattern.compile(" USING (\\w+) (\\(.*)");
  private static final Pattern IN_PARENTHESES = Pattern.compile("WHERE \\((.*)\\)$");
  private static final String DEFAULT_SCHEMA = "public.";
  private static final Map<String, String> SERIALS =
      Map.of("smallint", "SMALLSERIAL", "integer", "SERIAL", "bigint", "BIGSERIAL");

  private SchemaText() {}

  /** The lines of a table's schema. */
  public static List<String> of(JsonNode schema) {
    List<String> lines = new ArrayList<>();
    String backend = backend(schema.path("backend").asText(""));
    lines.add(
        "Table: "
            + schema.path("table").asText()
            + (backend.isEmpty() ? "" : " (" + backend + ")"));
    if (schema.hasNonNull("source")) {
      lines.add("Source: " + source(schema.path("source").asText()));
    }
    lines.add("");
    lines.add("Columns:");
    lines.addAll(indented(columns(schema)));
    section(lines, "Constraints:", constraints(schema));
    section(lines, "Indexes:", indexes(schema));
    section(lines, "Enum Types:", enums(schema));
    return lines;
  }

  /** Where a schema is from, in words. */
  public static String source(String source) {
    return switch (source) {
      case "live" -> "Live database introspection";
      case "registered" -> "Registration; not committed yet";
      default -> "Commit " + source.substring(0, Math.min(7, source.length()));
    };
  }

  private static String backend(String backend) {
    return backend.equals("postgresql") || backend.equals("postgres") ? "PostgreSQL" : backend;
  }

  private static void section(List<String> lines, String title, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      lines.add("");
      lines.add(title);
      lines.addAll(indented(rows));
    }
  }

  private static List<String> indented(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    rows.forEach(row -> {
      for (int c = 0; c < row.size(); c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    });
    return rows.stream()
        .map(row -> {
          StringBuilder line = new StringBuilder(" ");
          for (int c = 0; c < row.size(); c++) {
            line.append(' ').append(row.get(c));
            line.append(" ".repeat(widths[c] - row.get(c).length() + 1));
          }
          return line.toString().stripTrailing();
        })
        .toList();
  }

  private static List<List<String>> columns(JsonNode schema) {
    Set<String> key = new HashSet<>();
    schema.path("primary_key").forEach(column -> key.add(column.asText()));
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode column : schema.path("columns")) {
      String name = column.path("name").asText();
      String type = column.path("type").asText();
      String given = column.path("default").asText("");
      boolean serial = given.startsWith("nextval(") && SERIALS.containsKey(type);
      List<String> facts = new ArrayList<>();
      if (key.size() == 1 && key.contains(name)) {
        facts.add("PRIMARY KEY");
      } else if (!column.path("nullable").asBoolean(true)) {
        facts.add("NOT NULL");
      }
      if (column.hasNonNull("generated")) {
        facts.add("GENERATED ALWAYS AS (" + plain(column.path("generated").asText()) + ")");
      } else if (column.hasNonNull("identity")) {
        facts.add(
            "GENERATED "
                + column.path("identity").asText().toUpperCase(Locale.ROOT)
                + " AS IDENTITY");
      } else if (!given.isEmpty() && !serial) {
        facts.add("DEFAULT " + plain(given));
      }
      rows.add(List.of(name, serial ? SERIALS.get(type) : type(type), String.join(" ", facts)));
    }
    return rows;
  }

  /** A type as people write it: {@code VARCHAR(20)}. */
  static String type(String type) {
    String name =
        type.replace("character varying", "varchar")
            .replace("timestamp without time zone", "timestamp")
            .replace("timestamp with time zone", "timestamptz");
    if (name.startsWith(DEFAULT_SCHEMA)) {
      return name.substring(DEFAULT_SCHEMA.length());
    }
    return name.indexOf('.') >= 0 || name.indexOf('"') >= 0 ? name : name.toUpperCase(Locale.ROOT);
  }

  private static List<List<String>> constraints(JsonNode schema) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode constraint : schema.path("constraints")) {
      String type = constraint.path("type").asText();
      boolean atColumn =
          type.equals("not_null")
              || type.equals("primary_key") && constraint.path("columns").size() == 1;
      if (!atColumn) {
        rows.add(
            List.of(
                constraint.path("name").asText(), plain(constraint.path("definition").asText())));
      }
    }
    return rows;
  }

  private static List<List<String>> indexes(JsonNode schema) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode index : schema.path("indexes")) {
      String definition = index.path("definition").asText();
      var method = USING.matcher(definition);
      String what = method.find() ? method.group(1) + " " + method.group(2) : definition;
      rows.add(
          List.of(
              index.path("name").asText(),
              (index.path("unique").asBoolean() ? "UNIQUE " : "")
                  + IN_PARENTHESES.matcher(plain(what)).replaceFirst("WHERE $1")));
    }
    return rows;
  }

  private static List<List<String>> enums(JsonNode schema) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode type : schema.path("enums")) {
      List<String> labels = new ArrayList<>();
      type.path("labels").forEach(label -> labels.add(label.asText()));
      String name = type.path("name").asText();
      rows.add(
          List.of(
              name.startsWith(DEFAULT_SCHEMA) ? name.substring(DEFAULT_SCHEMA.length()) : name,
              "(" + String.join(", ", labels) + ")"));
    }
    return rows;
  }

  /** An expression or definition without what PostgreSQL adds when it prints. */
  static String plain(String definition) {
    String text = LITERAL_CAST.matcher(definition).replaceAll("$1");
    text = COLUMN_CAST.matcher(text).replaceAll("$1");
    text = REFERENCES.matcher(text).replaceAll("REFERENCES $1 (");
    return text.startsWith("CHECK ((") && text.endsWith("))")
        ? "CHECK (" + text.substring("CHECK ((".length(), text.length() - 2) + ")"
        : text;
  }
}
