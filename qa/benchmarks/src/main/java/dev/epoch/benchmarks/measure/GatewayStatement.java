package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import dev.epoch.benchmarks.report.Pairs;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Random;

/** A statement of a session on a branch through the gateway, beside one without. */
public final class GatewayStatement implements Measure {
  private static final Goal GOAL = Goal.atMost(0.05, 0.03);
  private static final int BLOCK = 100;
  private static final int ROWS = 1_000;

  @Override
  public String id() {
    return "gateway-statement";
  }

  @Override
  public String description() {
    return "one statement on a branch through the gateway, beside the database itself";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Repository repository =
        workbench.repository(
            "gateway_statement", ReadTables.create("item"), ReadTables.fill("item", ROWS));
    repository.register("item");
    repository.branch("work");
    repository.settle();
    Random keys = workbench.random(id());
    try (Connection itself = repository.session("work");
        Connection through = workbench.server().onBranch(repository.database(), "work").connect();
        PreparedStatement raw = itself.prepareStatement("SELECT * FROM item WHERE id = ?");
        PreparedStatement gateway = through.prepareStatement("SELECT * FROM item WHERE id = ?")) {
      Pairs pairs = workbench.scale().interleaved(BLOCK).run(read(raw, keys), read(gateway, keys));
      Latency epoch = pairs.epoch();
      double more = epoch.p50() - pairs.raw().p50();
      return List.of(
          new Figure(
              id(),
              "one key, more than itself",
              "ms",
              GOAL,
              more,
              more,
              more,
              pairs.raw(),
              epoch,
              ""));
    }
  }

  private static Operation read(PreparedStatement statement, Random keys) {
    return () -> {
      statement.setLong(1, 1 + keys.nextInt(ROWS));
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new AssertionError("a row is missing");
        }
      }
    };
  }
}
