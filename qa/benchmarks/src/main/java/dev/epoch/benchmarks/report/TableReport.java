package dev.epoch.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** The report for people. */
public final class TableReport {

  private static final List<String> HEADER =
      List.of(
          "measure",
          "what",
          "must",
          "aim",
          "measured",
          "95 % interval",
          "raw p50",
          "p99",
          "Epoch p50",
          "p99",
          "met");

  private TableReport() {}

  public static String text(Report report) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADER);
    report.figures().forEach(figure -> lines.add(line(figure)));
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < HEADER.size(); i++) {
        row.append(padded(line.get(i), width(lines, i), i < 2)).append("  ");
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    text.append('\n').append("x: Epoch's time / raw PostgreSQL's; p50 and p99 in ms.\n");
    report.figures().stream()
        .filter(figure -> !figure.note().isEmpty())
        .forEach(figure ->
            text.append(
                "%s, %s: %s%n".formatted(figure.measure(), figure.variant(), figure.note())));
    long missed = report.figures().stream().filter(f -> f.verdict().equals("missed")).count();
    long judged = report.figures().stream().filter(figure -> figure.goal() != null).count();
    text.append("%d of %d met. ".formatted(judged - missed, judged));
    text.append(
        "Epoch %s, PostgreSQL %s, Java %s, %d s.%n"
            .formatted(
                report.software().epoch(),
                report.software().postgresql(),
                report.software().java(),
                report.length().toSeconds()));
    report.failures().forEach(failure -> text.append("FAILED ").append(failure).append('\n'));
    return text.toString();
  }

  private static List<String> line(Figure figure) {
    Goal goal = figure.goal();
    return List.of(
        figure.measure(),
        figure.variant(),
        goal == null ? "" : goal.text(goal.must()),
        goal == null ? "" : goal.text(goal.aim()),
        Goal.plain(figure.value()) + " " + figure.unit(),
        figure.low() == figure.high()
            ? ""
            : Goal.plain(figure.low()) + " - " + Goal.plain(figure.high()),
        figure.raw() == null ? "" : milliseconds(figure.raw().p50()),
        figure.raw() == null ? "" : milliseconds(figure.raw().p99()),
        figure.epoch() == null ? "" : milliseconds(figure.epoch().p50()),
        figure.epoch() == null ? "" : milliseconds(figure.epoch().p99()),
        figure.verdict());
  }

  private static String milliseconds(double value) {
    return value < 1 ? "%.3f".formatted(value) : Goal.plain(value);
  }

  private static int width(List<List<String>> lines, int column) {
    return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }

  private static String padded(String text, int width, boolean left) {
    String space = " ".repeat(width - text.length());
    return left ? text + space : space + text;
  }
}
