package dev.epoch.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Lists in aligned columns. */
public final class Columns {

  private Columns() {}

  /** A head and rows, two spaces apart. */
  public static List<String> aligned(List<String> head, List<List<String>> rows) {
    int[] widths = widths(head, rows);
    List<String> lines = new ArrayList<>();
    lines.add(line(head, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  /** A head and rows between bars. */
  public static List<String> ruled(List<String> head, List<List<String>> rows) {
    int[] widths = widths(head, rows);
    List<String> lines = new ArrayList<>();
    lines.add(ruled(head, widths));
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < widths.length; i++) {
      boolean inner = i > 0 && i < widths.length - 1;
      rules.add("-".repeat(widths[i] + (inner ? 2 : 1)));
    }
    lines.add(String.join("|", rules));
    rows.forEach(row -> lines.add(ruled(row, widths)));
    return lines;
  }

  private static String ruled(List<String> cells, int[] widths) {
    List<String> padded = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      padded.add(cells.get(i) + " ".repeat(widths[i] - cells.get(i).length()));
    }
    return String.join(" | ", padded).stripTrailing();
  }

  static int[] widths(List<String> head, List<List<String>> rows) {
    int[] widths = head.stream().mapToInt(String::length).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length && i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return widths;
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(cells.get(i)).append(" ".repeat(widths[i] - cells.get(i).length() + 2));
    }
    return line.toString().stripTrailing();
  }
}
