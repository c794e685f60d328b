package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Pairs;
import dev.epoch.qa.process.Database;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/**
 * 60 thousand edits of two tables with an index and a foreign key, merged over REST; main has moved
 * on. Raw: the same edits, staged in tables, done by hand in one transaction.
 *
 * <pre>
 *   edits of one round, of either table:  20,000 updates, 5,000 deletions, 5,000 insertions
 *   customers of the upper half have no orders, so that they can be deleted
 * </pre>
 */
public final class LargeMerge implements Measure {

  private static final int UPDATES = 20_000;
  private static final int OTHERS = 5_000;

  @Override
  public String id() {
    return "merge-60k";
  }

  @Override
  public String description() {
    return "a merge of 60 thousand edits on two tables with an index and a foreign key";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    int rows = workbench.scale().mergeRows();
    List<String> statements = new ArrayList<>();
    for (String prefix : List.of("", "plain_")) {
      statements.addAll(tables(prefix, rows));
    }
    Repository repository = workbench.repository("merges", statements.toArray(String[]::new));
    repository.register("customer", "orders");
    repository.settle();
    try (Connection raw = repository.database().connect()) {
      Pairs pairs = workbench.scale().costly().run(byHand(raw, rows), merge(repository, rows));
      return List.of(
          Figure.time(id(), "2 tables of %,d rows".formatted(rows), Goal.atMost(6000, 3000), pairs)
              .note("raw is a transaction of the same edits from staged tables"),
          Figure.ratio(id(), "against the transaction by hand", null, pairs));
    }
  }

  private static List<String> tables(String prefix, int rows) {
    return List.of(
        """
        CREATE TABLE %scustomer (
          id bigint PRIMARY KEY, code text NOT NULL, name text NOT NULL)
        """
            .formatted(prefix),
        "CREATE UNIQUE INDEX ON %scustomer (code)".formatted(prefix),
        """
        CREATE TABLE %1$sorders (
          id bigint PRIMARY KEY,
          customer_id bigint NOT NULL REFERENCES %1$scustomer (id),
          amount numeric(12, 2) NOT NULL)
        """
            .formatted(prefix),
        "CREATE INDEX ON %sorders (customer_id)".formatted(prefix),
        "INSERT INTO %scustomer SELECT i, 'code ' || i, 'name' FROM generate_series(1, %d) AS i"
            .formatted(prefix, rows),
        "INSERT INTO %sorders SELECT i, 1 + i %% %d, i %% 1000 FROM generate_series(1, %d) AS i"
            .formatted(prefix, rows / 2, rows));
  }

  /** Where the edits of a round are; each round has others. */
  private record Edits(int round, int rows) {

    int updates() {
      return Math.min(UPDATES, rows / 10);
    }

    int others() {
      return Math.min(OTHERS, rows / 40);
    }

    /** In the lower half of the customers. */
    String updated() {
      int from = round * updates() % (rows / 2 - updates());
      return "id > %d AND id <= %d".formatted(from, from + updates());
    }

    /** In the upper half of either table. */
    String deleted() {
      int from = rows / 2 + round * others();
      return "id > %d AND id <= %d".formatted(from, from + others());
    }

    /** Keys that were never used. */
    String inserted() {
      int from = rows + round * others();
      return "generate_series(%d, %d) AS i".formatted(from + 1, from + others());
    }
  }

  private static Operation merge(Repository repository, int rows) {
    int[] round = {0};
    String[] branch = {""};
    return Operation.prepared(
        () -> {
          Edits edits = new Edits(round[0]++, rows);
          branch[0] = "edits-" + edits.round();
          repository.branchWith(
              branch[0],
              "UPDATE customer SET name = name || '.' WHERE " + edits.updated(),
              "UPDATE orders SET amount = amount + 1 WHERE " + edits.updated(),
              "DELETE FROM orders WHERE " + edits.deleted(),
              "DELETE FROM customer WHERE " + edits.deleted(),
              "INSERT INTO customer SELECT i, 'code ' || i, 'new' FROM " + edits.inserted(),
              "INSERT INTO orders SELECT i, i, 1 FROM " + edits.inserted());
          repository
              .database()
              .execute("UPDATE customer SET name = name || '!' WHERE id = " + rows / 2);
          repository.commit("main");
        },
        () -> repository.merge(branch[0]));
  }

  private static Operation byHand(Connection session, int rows) {
    int[] round = {0};
    return Operation.prepared(
        () -> {
          session.setAutoCommit(true);
          stage(session, new Edits(round[0]++, rows));
          session.setAutoCommit(false);
        },
        () -> {
          Database.execute(
              session,
              "UPDATE plain_customer AS t SET code = s.code, name = s.name FROM customer_edit AS s WHERE s.kind = 'U' AND t.id = s.id",
              "UPDATE plain_orders AS t SET customer_id = s.customer_id, amount = s.amount FROM orders_edit AS s WHERE s.kind = 'U' AND t.id = s.id",
              "DELETE FROM plain_orders AS t USING orders_edit AS s WHERE s.kind = 'D' AND t.id = s.id",
              "DELETE FROM plain_customer AS t USING customer_edit AS s WHERE s.kind = 'D' AND t.id = s.id",
              "INSERT INTO plain_customer SELECT id, code, name FROM customer_edit WHERE kind = 'I'",
              "INSERT INTO plain_orders SELECT id, customer_id, amount FROM orders_edit WHERE kind = 'I'");
          session.commit();
        });
  }

  private static void stage(Connection session, Edits edits) throws Exception {
    Database.execute(
        session,
        "DROP TABLE IF EXISTS customer_edit, orders_edit",
        """
        CREATE TABLE customer_edit AS
        SELECT 'U' AS kind, id, code, name || '.' AS name FROM plain_customer WHERE %s
        UNION ALL SELECT 'D', id, code, name FROM plain_customer WHERE %s
        UNION ALL SELECT 'I', i, 'code ' || i, 'new' FROM %s
        """
            .formatted(edits.updated(), edits.deleted(), edits.inserted()),
        """
        CREATE TABLE orders_edit AS
        SELECT 'U' AS kind, id, customer_id, amount + 1 AS amount FROM plain_orders WHERE %s
        UNION ALL SELECT 'D', id, customer_id, amount FROM plain_orders WHERE %s
        UNION ALL SELECT 'I', i, i, 1 FROM %s
        """
            .formatted(edits.updated(), edits.deleted(), edits.inserted()),
        "ANALYZE customer_edit",
        "ANALYZE orders_edit");
  }
}
