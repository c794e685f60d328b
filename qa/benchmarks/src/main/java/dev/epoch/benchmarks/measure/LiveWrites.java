package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.WriteTables;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Pairs;
import dev.epoch.qa.process.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Random;

/** Writes of an application to a live table whose changes are captured: against one without. */
public final class LiveWrites implements Measure {

  private static final int SLICES = 5;
  private static final int BLOCK = 100;

  @Override
  public String id() {
    return "live-writes";
  }

  @Override
  public String description() {
    return "updates of a registered live table: single rows, and a fifth of the table at once";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    WriteTables tables = WriteTables.of(workbench);
    try (Connection session = tables.repository().session("main")) {
      Figure bulk =
          Figure.ratio(
              id(),
              "one update of %,d rows".formatted(tables.rows() / SLICES),
              Goal.atMost(1.7, 1.5),
              workbench
                  .scale()
                  .interleaved(1)
                  .run(slice(tables, session, "plain"), slice(tables, session, "item")));
      tables.repository().commit("main");
      tables.repository().settle();
      return List.of(
          Figure.ratio(
              id(), "single rows", Goal.atMost(1.25, 1.15), single(workbench, tables, session)),
          bulk);
    }
  }

  private Pairs single(Workbench workbench, WriteTables tables, Connection session)
      throws Exception {
    Random random = workbench.random(id());
    String update = "UPDATE %s SET amount = amount + 1 WHERE id = ?";
    try (PreparedStatement plain = session.prepareStatement(update.formatted("plain"));
        PreparedStatement captured = session.prepareStatement(update.formatted("item"))) {
      return workbench
          .scale()
          .interleaved(BLOCK)
          .run(one(plain, random, tables.rows()), one(captured, random, tables.rows()));
    }
  }

  private static Operation one(PreparedStatement update, Random random, int rows) {
    return () -> {
      update.setLong(1, 1 + random.nextInt(rows));
      update.executeUpdate();
    };
  }

  /** Each time another part of the table; when all were changed, they are committed. */
  private static Operation slice(WriteTables tables, Connection session, String table) {
    int size = tables.rows() / SLICES;
    int[] next = {0};
    return Operation.prepared(
        () -> {
          if (next[0] == SLICES) {
            next[0] = 0;
            if (table.equals("item")) {
              tables.repository().commit("main");
            }
            Database.execute(session, "VACUUM " + table);
          }
        },
        () ->
            Database.execute(
                session,
                "UPDATE %s SET amount = amount + 1 WHERE id > %d AND id <= %d"
                    .formatted(table, next[0] * size, ++next[0] * size)));
  }
}
