package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.postgres.state.OverlayRelations;
import dev.epoch.storage.postgres.state.WorkingSetSql;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How PostgreSQL moves a working set to the history. */
class CommitPlanTest {
  /**
   * Statistics of the history are older than the changes that came after the branch: by them, the
   * index on positions has next to nothing above the anchor. It has all of that for each key.
   */
  @Test
  void theImageUnderABranchIsFoundByTheKey() throws Exception {
    try (VersionedDatabase database = VersionedDatabase.start()) {
      database
          .sql()
          .execute(
              "CREATE TABLE items (id integer PRIMARY KEY, name text)",
              "CREATE TABLE entries (id integer PRIMARY KEY, name text)",
              "CREATE TABLE tombstones (id integer PRIMARY KEY)");
      TableHandle items = database.installReal(new TablePath("public", "items"), "items");
      String workingSet =
          "epoch." + database.sql().value("SELECT epoch.object_of('w', '" + items.id() + "')");
      String history =
          "epoch." + database.sql().value("SELECT epoch.object_of('h', '" + items.id() + "')");
      String images =
          "INSERT INTO %s (epoch_kind, epoch_from, epoch_to, id, name) SELECT 1, 0, %d, i, 'a' FROM generate_series(%d, %d) i";
      database
          .sql()
          .execute(
              images.formatted(history, 10, 1, 2_000),
              "ANALYZE " + history,
              images.formatted(history, 12, 2_001, 30_000));
      String commit =
          new WorkingSetSql(new TableColumns(items.schema()))
              .commitOverlay(
                  new OverlayRelations(
                      "f", "public.entries", "public.tombstones", workingSet, history),
                  new LiveRelations("public.items", workingSet, history, null),
                  10)
              .replace("$1", "100")
              .replace("$2", "10");

      // when
      String plan =
          database.sql().rows("EXPLAIN (COSTS OFF) " + commit).stream()
              .map(List::getFirst)
              .collect(Collectors.joining("\n"));

      // then
      assertThat(plan.substring(0, plan.indexOf("CTE moved")))
          .contains(history.substring("epoch.".length()) + "_pkey")
          .doesNotContain("epoch_to_idx");
    }
  }

  /** The index on positions holds what the statement itself puts in: walking it is quadratic. */
  @Test
  void theFormerPositionOfAKeyIsFoundByTheKey() throws Exception {
    try (VersionedDatabase database = VersionedDatabase.start()) {
      database.sql().execute("CREATE TABLE items (id integer PRIMARY KEY, name text)", "ANALYZE");
      TableHandle items = database.installReal(new TablePath("public", "items"), "items");
      String workingSet =
          "epoch." + database.sql().value("SELECT epoch.object_of('w', '" + items.id() + "')");
      String history =
          "epoch." + database.sql().value("SELECT epoch.object_of('h', '" + items.id() + "')");
      database.sql().execute("ANALYZE " + workingSet, "ANALYZE " + history);
      String commit =
          new WorkingSetSql(new TableColumns(items.schema()))
              .commitLive(new LiveRelations("public.items", workingSet, history, null), List.of())
              .replace("$1", "100");

      // when
      String plan;
      try (Connection connection = database.sql().connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute(OperationAttempt.KEYED_PLANS);
        plan =
            TestDatabase.rows(connection, "EXPLAIN (COSTS OFF) " + commit).stream()
                .map(List::getFirst)
                .collect(Collectors.joining("\n"));
      }

      plan = plan.substring(0, plan.indexOf("CTE emptied"));

      // then
      assertThat(plan).contains(history.substring("epoch.".length()) + "_pkey");
      assertThat(plan).doesNotContain("Backward").doesNotContain("epoch_to_idx on");
      assertThat(plan).contains("items_pkey").doesNotContain("Join Filter");
    }
  }
}
