package dev.epoch.benchmarks.measure;

import static dev.epoch.benchmarks.ReadTables.FEW;
import static dev.epoch.benchmarks.ReadTables.FEW_COPIED;
import static dev.epoch.benchmarks.ReadTables.MANY;
import static dev.epoch.benchmarks.ReadTables.MANY_COPIED;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Interleaved;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Sql;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.io.OutputStream;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** The whole table streamed to a client: against the live table. */
public final class FullScan implements Measure {

  private static final String ALL = "SELECT * FROM item";
  private static final String COPY = "COPY (SELECT * FROM item) TO STDOUT";
  private static final int PAGE = 1000;
  private static final int PAGES = 50;

  @Override
  public String id() {
    return "full-scan";
  }

  @Override
  public String description() {
    return "the whole table streamed, a thousandth and a tenth of the rows changed";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    ReadTables tables = ReadTables.of(workbench);
    List<Figure> figures = new ArrayList<>();
    for (String branch : List.of(FEW, FEW_COPIED, MANY, MANY_COPIED)) {
      Goal goal = branch.startsWith(FEW) ? Goal.atMost(1.04, 1.02) : Goal.atMost(1.2, 1.1);
      jdbc(workbench, tables, branch, goal, figures);
      figures.add(pages(workbench, tables, branch, goal));
    }
    return figures;
  }

  private void jdbc(
      Workbench workbench, ReadTables tables, String branch, Goal goal, List<Figure> figures)
      throws Exception {
    Interleaved plan = workbench.scale().interleaved(1);
    try (Connection raw = tables.repository().session("main");
        Connection session = tables.repository().session(branch)) {
      figures.add(
          Figure.ratio(
              id(),
              branch + ", JDBC with a cursor",
              goal,
              plan.run(() -> Sql.stream(raw, ALL), () -> Sql.stream(session, ALL))));
      CopyManager rawCopy = raw.unwrap(PGConnection.class).getCopyAPI();
      CopyManager copy = session.unwrap(PGConnection.class).getCopyAPI();
      figures.add(
          Figure.ratio(
              id(),
              branch + ", COPY (psql)",
              goal,
              plan.run(
                  () -> rawCopy.copyOut(COPY, OutputStream.nullOutputStream()),
                  () -> copy.copyOut(COPY, OutputStream.nullOutputStream()))));
    }
  }

  private Figure pages(Workbench workbench, ReadTables tables, String branch, Goal goal)
      throws Exception {
    Interleaved plan = workbench.scale().interleaved(1);
    int pages = Math.min(PAGES, tables.rows() / PAGE);
    Api api = tables.repository().api();
    return Figure.ratio(
            id(),
            branch + ", REST pages",
            goal,
            plan.run(
                () -> read(api, "ref=main&working=true", pages),
                () -> read(api, "ref=" + branch, pages)))
        .note(
            "%d pages of %d; raw is the live table through the same endpoint"
                .formatted(pages, PAGE));
  }

  private static void read(Api api, String where, int pages) throws Exception {
    String after = "";
    for (int i = 0; i < pages; i++) {
      JsonNode page =
          Api.parse(
              api.get("/tables/item/records?limit=%d&after=%s&%s".formatted(PAGE, after, where)));
      after = page.path("next").asText();
    }
  }
}
