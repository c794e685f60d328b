package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.row.RowChange;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits read few small rows under the lock that writers wait for; large ones afterwards. */
class LargeRowsTest {
  /** Does not compress. */
  private static final String LARGE =
      "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 20000) i)";

  private TestRepository shop;

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE document (id integer PRIMARY KEY, body text, details jsonb)",
            "INSERT INTO document SELECT i, 'short', '{}' FROM generate_series(1, 3) i");
    shop.install("document");
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  private OperationResult commit(BranchHandle branch) {
    OperationResult result =
        shop.adapter.apply(
            new Operation(
                shop.nextOperation(),
                branch,
                List.of(new Operation.CommitWorkingSet(shop.at(branch, "document")))),
            Map.of());
    shop.setHead(branch, "document", result.locations().get(shop.table("document").id()));
    return result;
  }

  private List<RowChange> since(TableState before, OperationResult result) {
    String id = shop.table("document").id();
    return shop.changes("document", before, new TableState.Committed(result.locations().get(id)));
  }

  private void commitsOf(BranchHandle branch) {
    String id = shop.table("document").id();
    TableState before = shop.committed(branch, "document");

    // when
    shop.write(branch, "UPDATE document SET body = 'new' WHERE id = 1");
    OperationResult small = commit(branch);

    // then
    assertThat(small.committed().get(id)).hasSize(1);
    assertThat(since(before, small)).isEqualTo(small.committed().get(id));

    // when: a row is large, another one was
    shop.write(
        branch,
        "UPDATE document SET body = " + LARGE + " WHERE id = 2",
        "UPDATE document SET details = jsonb_build_object('text', " + LARGE + ") WHERE id = 3");
    OperationResult large = commit(branch);
    shop.write(branch, "UPDATE document SET details = NULL WHERE id = 3");
    OperationResult former = commit(branch);

    // then: they are not told of, and found
    assertThat(large.committed()).isEmpty();
    assertThat(former.committed()).isEmpty();
    assertThat(since(before, large)).hasSize(3);
    assertThat(since(before, former))
        .filteredOn(change -> change.key().get(0).equals("2"))
        .singleElement()
        .satisfies(change -> assertThat(change.after().get(1)).hasSize(640_000));
  }

  @Test
  void largeRowsOfTheLiveTableAreNotReadUnderTheLock() {
    commitsOf(shop.main);
  }

  @Test
  void largeRowsOfABranchAreNotReadUnderTheLock() {
    commitsOf(shop.branch("feature", shop.main));
  }

  /** PostgreSQL would compress what does not compress, again and again, while writers wait. */
  @Test
  void imagesKeepValuesAsTheTableHasThem() {
    shop.write(
        shop.main,
        "UPDATE document SET body = repeat('x', 1000000) WHERE id = 1",
        "UPDATE document SET body = " + LARGE + " WHERE id = 2");
    commit(shop.main);
    shop.write(shop.main, "UPDATE document SET body = 'short'");
    commit(shop.main);

    assertThat(
            shop.database.rows(
                """
                SELECT pg_column_compression(body), pg_column_size(body) < 100000
                FROM epoch.document__h_%s WHERE epoch_to = (SELECT max(epoch_to) FROM epoch.document__h_%1$s)
                ORDER BY id LIMIT 2
                """
                    .formatted(shop.table("document").id())))
        .isEqualTo(List.of(List.of("pglz", "t"), java.util.Arrays.asList(null, "f")));
    assertThat(
            shop.database.rows(
                """
                SELECT DISTINCT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relname LIKE 'document\\_\\_%%' AND c.relkind = 'r' AND a.attnum > 0
                  AND a.attstorage = 'x'
                """))
        .isEmpty();
  }
}
