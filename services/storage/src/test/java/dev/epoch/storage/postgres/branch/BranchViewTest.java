package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** A branch, as a client of PostgreSQL sees it that only called {@code epoch.use_branch}. */
class BranchViewTest extends ItemsOnABranch {
  // ---- reading

  @Test
  void liveWritesAreNeverSeen() throws SQLException {
    // given
    try (Connection live = database.sql().connect()) {
      live.setAutoCommit(false);
      run(live, "UPDATE items SET name = 'changed' WHERE id = 1");
      run(live, "DELETE FROM items WHERE id = 2");
      run(live, "INSERT INTO items (name) VALUES ('new')");

      // when, then: before the application commits, after it, and after Epoch does
      assertThat(one(branch, NAMES)).isEqualTo("a b c");
      live.commit();
      assertThat(one(branch, NAMES)).isEqualTo("a b c");
      assertThat(one(live, NAMES)).isEqualTo("changed c new");
      live.commit();
      commit();
      assertThat(one(branch, NAMES)).isEqualTo("a b c");
      run(live, "TRUNCATE items");
      live.commit();
      assertThat(one(branch, NAMES)).isEqualTo("a b c");
      commit();
      assertThat(one(branch, NAMES)).isEqualTo("a b c");

      // when: the branch has changes of its own
      run(branch, "UPDATE items SET n = 5 WHERE id = 1");
      run(branch, "DELETE FROM items WHERE id = 3");
      run(live, "INSERT INTO items (id, name) VALUES (1, 'x'), (3, 'y'), (9, 'z')");
      live.commit();

      // then
      assertThat(one(branch, NAMES)).isEqualTo("a b");
      assertThat(one(live, NAMES)).isEqualTo("x y z");
    }
  }

  private void commit() {
    database.commit(items, "id", "name", "n", "loud");
  }

  @Test
  void aBranchSeesItsAnchorWhereverThatIs() throws SQLException {
    // given
    database.sql().execute("UPDATE items SET name = 'a2' WHERE id = 1");
    commit();
    long second = database.position();
    database
        .sql()
        .execute("UPDATE items SET name = 'a3' WHERE id = 1", "DELETE FROM items WHERE id = 2");
    commit();

    // when, then
    assertThat(one(branch, NAMES)).isEqualTo("a b c");
    database.branches.put(feature, database.heads(RowsLocation.live(second), items));
    assertThat(one(branch, NAMES)).isEqualTo("a2 b c");
    database.branches.put(feature, database.heads(RowsLocation.live(second + 1), items));
    assertThat(one(branch, NAMES)).isEqualTo("a3 c");
    database.branches.put(feature, database.heads(RowsLocation.live(1), items));
    assertThat(one(branch, NAMES)).isEqualTo("a b c");
  }

  @Test
  void aBranchOfABranchSeesItAsItWas() throws SQLException {
    // given
    run(branch, "UPDATE items SET name = 'A' WHERE id = 1");
    run(branch, "DELETE FROM items WHERE id = 2");
    run(branch, "INSERT INTO items (name) VALUES ('d')");
    long forked = database.commitOverlay(items, feature, "id", "name", "n", "loud");
    BranchHandle child =
        new BranchHandle(VersionedDatabase.REPOSITORY, "b0000000child", "child", false);
    database.branches.put(child, database.heads(new RowsLocation(1, feature.id(), forked), items));

    // when: both go on
    run(branch, "UPDATE items SET name = 'AA' WHERE id = 1");
    run(branch, "INSERT INTO items (id, name) VALUES (2, 'bb')");
    run(branch, "DELETE FROM items WHERE name IN ('d', 'c')");
    try (Connection onChild = database.connect(child)) {
      // then
      assertThat(one(onChild, NAMES)).isEqualTo("A c d");
      database.commitOverlay(items, feature, "id", "name", "n", "loud");
      assertThat(one(onChild, NAMES)).isEqualTo("A c d");

      // when: the child gets its own overlay
      run(onChild, "UPDATE items SET name = 'child' WHERE id = 3");

      // then
      assertThat(one(onChild, NAMES)).isEqualTo("A child d");
      assertThat(one(branch, NAMES)).isEqualTo("AA bb");
      assertThat(one(onChild, "SELECT count(*) FROM items WHERE id = 2")).isEqualTo("0");
      run(onChild, "INSERT INTO items (id, name) VALUES (2, 'back')");
      assertThat(one(onChild, NAMES)).isEqualTo("A back child d");
    }
  }

  @Test
  void changedAndUnchangedTablesJoin() throws SQLException {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE prices (item integer PRIMARY KEY, price integer)",
            "INSERT INTO prices VALUES (1, 10), (2, 20), (3, 30)");
    TableHandle prices = database.installReal(new TablePath("public", "prices"), "prices");
    database.branches.put(
        feature, database.heads(RowsLocation.live(database.position()), items, prices));

    // when
    run(branch, "UPDATE items SET name = 'z' WHERE id = 3");
    database.sql().execute("UPDATE prices SET price = 0");

    // then
    assertThat(
            one(
                branch,
                "SELECT string_agg(name || price, ' ' ORDER BY id) FROM items JOIN prices ON item = id"))
        .isEqualTo("a10 b20 z30");
  }

  // ---- statements

  @Test
  void insertsReturnDefaultsAndComputedColumns() throws SQLException {
    assertThat(TestDatabase.rows(branch, "INSERT INTO items (name) VALUES ('new') RETURNING *"))
        .containsExactly(List.of("4", "new", "7", "NEW"));
    assertThat(
            TestDatabase.rows(
                branch, "INSERT INTO items VALUES (DEFAULT, 'other', NULL) RETURNING *"))
        .containsExactly(Arrays.asList("5", "other", null, "OTHER"));
    assertThat(
            TestDatabase.rows(
                branch, "UPDATE items SET name = 'old', n = DEFAULT WHERE id = 5 RETURNING *"))
        .containsExactly(List.of("5", "old", "7", "OLD"));
    assertThat(TestDatabase.rows(branch, "DELETE FROM items WHERE id = 1 RETURNING id, loud"))
        .containsExactly(List.of("1", "A"));
    // sequences are the table's: no id twice
    assertThat(database.sql().value("INSERT INTO items (name) VALUES ('live') RETURNING id"))
        .isEqualTo("6");
  }

  @Test
  void countsRows() throws SQLException {
    assertThat(run(branch, "UPDATE items SET n = n + 1")).isEqualTo(3);
    assertThat(run(branch, "UPDATE items SET n = n + 1 WHERE id = 99")).isEqualTo(0);
    assertThat(run(branch, "DELETE FROM items WHERE id IN (1, 99)")).isEqualTo(1);
    assertThat(run(branch, "INSERT INTO items (name) VALUES ('x'), ('y')")).isEqualTo(2);
    assertThat(run(branch, "UPDATE items SET n = 0 FROM generate_series(1, 3)")).isEqualTo(4);
  }

  @Test
  void constraintsHoldForOverlayAndBaseTogether() throws SQLException {
    for (int round = 0; round < 2; round++) {
      assertFails(branch, "INSERT INTO items (id, name) VALUES (1, 'x')", "23505", "items_pkey");
      assertFails(branch, "INSERT INTO items (name) VALUES ('b')", "23505", "items_name_key");
      assertFails(branch, "UPDATE items SET name = 'b' WHERE id = 1", "23505", "items_name_key");
      assertFails(branch, "UPDATE items SET id = 2 WHERE id = 1", "23505", "items_pkey");
      assertFails(branch, "INSERT INTO items (name) VALUES (NULL)", "23502", "name");
      assertFails(branch, "UPDATE items SET name = NULL WHERE id = 1", "23502", "name");
      assertFails(branch, "INSERT INTO items (name, n) VALUES ('x', -1)", "23514", "items_n_check");
      assertFails(branch, "INSERT INTO items (name, loud) VALUES ('x', 'y')", "428C9", "generated");
      assertFails(branch, "UPDATE items SET loud = 'y'", "428C9", "generated");
      // the second time with an overlay
      run(branch, "UPDATE items SET n = n + 1 WHERE id = 1");
    }
    assertThatThrownBy(() -> run(branch, "INSERT INTO items (name) VALUES ('b')"))
        .extracting(e -> ((PSQLException) e).getServerErrorMessage().getConstraint())
        .isEqualTo("items_name_key");
    // what the branch removed is free
    run(branch, "DELETE FROM items WHERE id = 2");
    run(branch, "INSERT INTO items (name) VALUES ('b')");
    run(branch, "UPDATE items SET name = 'free' WHERE id = 3");
    run(branch, "INSERT INTO items (id, name) VALUES (2, 'c')");
    assertThat(one(branch, NAMES)).isEqualTo("a c free b");
  }

  @Test
  void keysCanBeChanged() throws SQLException {
    // when
    assertThat(
            TestDatabase.rows(branch, "UPDATE items SET id = 10 WHERE id = 1 RETURNING id, loud"))
        .containsExactly(List.of("10", "A"));
    run(branch, "UPDATE items SET id = 1 WHERE id = 2");
    run(branch, "UPDATE items SET id = id + 100");

    // then
    assertThat(one(branch, "SELECT string_agg(id || name, ' ' ORDER BY id) FROM items"))
        .isEqualTo("101b 103c 110a");
    assertThat(one(branch, "SELECT name FROM items WHERE id = 1")).isNull();
    run(branch, "INSERT INTO items (id, name) VALUES (1, 'one')");
    assertThat(one(branch, "SELECT name FROM items WHERE id = 1")).isEqualTo("one");
  }

  @Test
  void copyInAndOut() throws Exception {
    // when
    org.postgresql.copy.CopyManager copy = branch.unwrap(PGConnection.class).getCopyAPI();
    copy.copyIn("COPY items (name, n) FROM STDIN", new StringReader("d\t4\ne\t5\n"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    copy.copyOut("COPY (SELECT name, n FROM items ORDER BY id) TO STDOUT", out);

    // then
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a\t1\nb\t2\nc\t3\nd\t4\ne\t5\n");
    assertThat(database.sql().value("SELECT count(*) FROM items")).isEqualTo("3");
  }

  @Test
  void mergeStatementsWork() throws SQLException {
    assumeTrue(StoragePostgres.majorVersion() >= 17);

    // when
    run(
        branch,
        """
        MERGE INTO items AS t
        USING (VALUES (1, 'x'), (2, 'y'), (9, 'z')) AS s (id, name) ON t.id = s.id
        WHEN MATCHED AND s.id = 1 THEN DELETE
        WHEN MATCHED THEN UPDATE SET name = s.name
        WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)
        """);

    // then
    assertThat(one(branch, NAMES)).isEqualTo("y c z");
  }

  @Test
  void truncateIsRefusedByPostgres() {
    assertFails(branch, "TRUNCATE items", "42809", "not a table");
  }
}
