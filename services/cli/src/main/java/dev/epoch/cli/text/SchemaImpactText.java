package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a change of a schema does to the live tables, as lines. */
public final class SchemaImpactText {
  private static final double KILOBYTE = 1024;

  private SchemaImpactText() {}

  /** Nothing where the answer tells nothing of it. */
  public static List<String> of(JsonNode diff) {
    List<String> lines = new ArrayList<>();
    if (diff.has("data_impact")) {
      lines.add("");
      lines.add("Data impact:");
      if (diff.path("data_impact").isEmpty()) {
        lines.add("  No row is lost or stands against it");
      }
      diff.path("data_impact").forEach(rows -> lines.add("  " + rows(rows)));
    }
    if (diff.has("impact")) {
      lines.add("");
      lines.add("Impact:");
      diff.path("impact")
          .forEach(statement -> {
            lines.add("  " + statement.path("sql").asText());
            lines.add("    " + cost(statement));
          });
      lines.add("");
      lines.add("Tables:");
      diff.path("sizes")
          .forEach(table ->
              lines.add(
                  String.format(
                      Locale.ROOT,
                      "  %s: %s, %,d rows",
                      table.path("table").asText(),
                      size(table.path("bytes").asLong()),
                      table.path("rows").asLong())));
    }
    return lines;
  }

  private static String rows(JsonNode impact) {
    String part = impact.path("object").asText();
    String what = impact.path("table").asText() + (part.isEmpty() ? "" : "." + part);
    String number =
        impact.hasNonNull("rows")
            ? String.format(Locale.ROOT, "%,d", impact.path("rows").asLong())
            : "unknown how many";
    return what + ": " + number + " " + impact.path("outcome").asText();
  }

  private static String cost(JsonNode statement) {
    List<String> costs = new ArrayList<>();
    add(costs, statement, "locks", "writers wait while all rows are read");
    add(costs, statement, "rewrites", "rewrites the table");
    add(costs, statement, "may_fail", "may fail");
    add(costs, statement, "destructive", "loses data");
    add(costs, statement, "alone", "runs in no transaction");
    return costs.isEmpty() ? "takes a moment, whatever the size" : String.join("; ", costs);
  }

  private static void add(List<String> costs, JsonNode statement, String field, String text) {
    if (statement.path(field).asBoolean()) {
      costs.add(text);
    }
  }

  /** {@code 2.3 GB}. */
  public static String size(long bytes) {
    String[] units = {"bytes", "KB", "MB", "GB", "TB"};
    double size = bytes;
    int unit = 0;
    while (size >= KILOBYTE && unit < units.length - 1) {
      size /= KILOBYTE;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
  }
}
