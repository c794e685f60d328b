package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.branch.BranchHandle;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Sessions on a branch: which branch, the first write and what was prepared before it, writers at
 * the same time.
 */
class BranchSessionsTest extends ItemsOnABranch {
  // ---- the first write

  @Test
  void preparedStatementsSeeTheFirstWriteOfTheirSession() throws SQLException {
    try (PreparedStatement names = branch.prepareStatement(NAMES)) {
      ((org.postgresql.PGStatement) names).setPrepareThreshold(1);
      for (int i = 0; i < 8; i++) {
        assertThat(value(names)).isEqualTo("a b c");
      }

      // when
      branch.setAutoCommit(false);
      run(branch, "INSERT INTO items (name) VALUES ('d')");

      // then
      assertThat(value(names)).isEqualTo("a b c d");

      // when
      branch.rollback();

      // then
      assertThat(value(names)).isEqualTo("a b c");

      // when: again, with savepoints
      run(branch, "SAVEPOINT one");
      run(branch, "UPDATE items SET name = 'x' WHERE id = 1");
      assertThat(value(names)).isEqualTo("x b c");
      run(branch, "ROLLBACK TO SAVEPOINT one");
      assertThat(value(names)).isEqualTo("a b c");
      run(branch, "DELETE FROM items WHERE id = 1");
      branch.commit();

      // then
      assertThat(value(names)).isEqualTo("b c");
    }
  }

  private static String value(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void plansOfOtherSessionsAndOfFunctionsSeeTheFirstWrite() throws SQLException {
    try (Connection other = database.connect(feature);
        PreparedStatement names = other.prepareStatement(NAMES);
        PreparedStatement insert =
            other.prepareStatement("INSERT INTO items (name) VALUES (?) RETURNING id")) {
      // given
      run(
          other,
          """
          CREATE FUNCTION pg_temp.names() RETURNS text LANGUAGE plpgsql AS $$
          BEGIN
            RETURN (SELECT string_agg(name, ' ' ORDER BY id) FROM items);
          END
          $$
          """);
      ((org.postgresql.PGStatement) names).setPrepareThreshold(1);
      ((org.postgresql.PGStatement) insert).setPrepareThreshold(1);
      for (int i = 0; i < 8; i++) {
        assertThat(value(names)).isEqualTo("a b c");
        assertThat(one(other, "SELECT pg_temp.names()")).isEqualTo("a b c");
      }

      // when
      run(branch, "INSERT INTO items (name) VALUES ('d')");

      // then
      assertThat(value(names)).isEqualTo("a b c d");
      assertThat(one(other, "SELECT pg_temp.names()")).isEqualTo("a b c d");

      // when: the other one writes through what it prepared
      insert.setString(1, "e");
      value(insert);

      // then
      assertThat(value(names)).isEqualTo("a b c d e");
      assertThat(one(branch, NAMES)).isEqualTo("a b c d e");
    }
  }

  @Test
  void severalSessionsMayWriteFirst() throws Exception {
    try (Connection other = database.connect(feature)) {
      // given
      branch.setAutoCommit(false);
      run(branch, "INSERT INTO items (name) VALUES ('d')");
      List<Throwable> failures = new ArrayList<>();
      Thread second =
          Thread.startVirtualThread(() -> {
            try {
              run(other, "UPDATE items SET name = name || '!' WHERE id < 3");
            } catch (SQLException e) {
              failures.add(e);
            }
          });
      database.awaitLockWaiter();

      // when
      branch.commit();
      second.join(Duration.ofSeconds(10));

      // then
      assertThat(failures).isEmpty();
      assertThat(one(branch, NAMES)).isEqualTo("a! b! c d");
      assertThat(one(other, NAMES)).isEqualTo("a! b! c d");
    }
  }

  @Test
  void aBranchThatIsNotInUseCanBeWrittenToo() {
    // given
    BranchHandle quiet = database.branch("quiet", items);

    // when: the server makes the overlay, then a client comes
    database.sql().rows("SELECT epoch.ensure_overlay(?, ?)", quiet.id(), items.id());
    database.sql().rows("SELECT epoch.ensure_overlay(?, ?)", quiet.id(), items.id());
    try (Connection client = database.connect(quiet)) {
      run(client, "DELETE FROM items WHERE id = 1");
      assertThat(one(client, NAMES)).isEqualTo("b c");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }

    // when
    database.sql().rows("SELECT epoch.drop_overlay(?, ?)", quiet.id(), items.id());

    // then
    try (Connection client = database.connect(quiet)) {
      assertThat(one(client, NAMES)).isEqualTo("a b c");
      run(client, "DELETE FROM items WHERE id = 2");
      assertThat(one(client, NAMES)).isEqualTo("a c");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- concurrency on a branch

  @Test
  void noUpdateIsLost() throws Exception {
    try (Connection other = database.connect(feature)) {
      run(branch, "UPDATE items SET n = 0 WHERE id = 1");
      // a row of the overlay, and one of the base that nobody has touched on the branch
      for (int id : new int[] {1, 2}) {
        // given
        branch.setAutoCommit(false);
        run(branch, "UPDATE items SET n = n + 1 WHERE id = " + id);
        List<SQLException> failures = new ArrayList<>();
        Thread second =
            Thread.startVirtualThread(() -> {
              try {
                run(other, "UPDATE items SET n = n + 1 WHERE id = " + id);
              } catch (SQLException e) {
                failures.add(e);
              }
            });
        database.awaitLockWaiter();

        // when
        branch.commit();
        second.join(Duration.ofSeconds(10));

        // then
        assertThat(failures).extracting(SQLException::getSQLState).containsExactly("40001");
        branch.setAutoCommit(true);
      }
    }
  }

  @Test
  void aRowThatAnotherSessionDeletesIsNotFound() throws Exception {
    try (Connection other = database.connect(feature)) {
      run(branch, "UPDATE items SET n = 0 WHERE id = 1");
      for (int id : new int[] {1, 2}) {
        // given
        branch.setAutoCommit(false);
        run(branch, "DELETE FROM items WHERE id = " + id);
        List<Integer> counts = new ArrayList<>();
        Thread second =
            Thread.startVirtualThread(() -> {
              try {
                counts.add(run(other, "UPDATE items SET n = n + 1 WHERE id = " + id));
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
        database.awaitLockWaiter();

        // when
        branch.commit();
        second.join(Duration.ofSeconds(10));

        // then
        assertThat(counts).containsExactly(0);
        branch.setAutoCommit(true);
        assertThat(one(other, "SELECT count(*) FROM items WHERE id = " + id)).isEqualTo("0");
      }
    }
  }

  // ---- which branch

  @Test
  void tellsAndChangesTheBranch() throws SQLException {
    BranchHandle other = database.branch("Other \"one\"", items);
    assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("feature/x");
    one(branch, "SELECT epoch.use_branch('Other \"one\"')");
    assertThat(one(branch, "SELECT epoch.current_branch('shop')")).isEqualTo(other.name());
    run(branch, "DELETE FROM items");
    assertThat(one(branch, NAMES)).isNull();
    one(branch, "SELECT epoch.use_branch('main', 'shop')");
    assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("main");
    assertThat(one(branch, "SHOW search_path")).isEqualTo("\"$user\", public");
    assertThat(one(branch, NAMES)).isEqualTo("a b c");
    assertFails(branch, "SELECT epoch.use_branch('none')", "42704", "no branch \"none\"");

    // when: the branch has another name
    BranchHandle renamed = new BranchHandle(other.repository(), other.id(), "renamed", false);
    database.branches.put(renamed, database.heads(RowsLocation.live(1), items));

    // then
    one(branch, "SELECT epoch.use_branch('renamed')");
    assertThat(one(branch, NAMES)).isNull();

    // when: it is dropped
    one(branch, "SELECT epoch.use_branch('main')");
    database.branches.drop(renamed);
    database.branches.drop(renamed);

    // then
    assertFails(branch, "SELECT epoch.use_branch('renamed')", "42704", "no branch");
    assertThat(
            database
                .sql()
                .value(
                    "SELECT count(*) FROM epoch.items__d_other__one__"
                        + items.id()
                        + "_"
                        + other.id()))
        .isEqualTo("3");
  }

  @Test
  void aBranchRollsBackWithItsTransaction() throws SQLException {
    branch.setAutoCommit(false);
    one(branch, "SELECT epoch.use_branch('main')");
    assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("main");
    branch.rollback();
    assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("feature/x");
    branch.rollback();
  }
}
