package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.record.RowWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What refuses a statement on a branch says so, and lets others through, like the table itself. */
class BranchLikeTableTest {
  private VersionedDatabase database;

  @BeforeEach
  void start() {
    database = VersionedDatabase.start();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private TableHandle install(String name) {
    return database.installReal(new TablePath("public", name), name);
  }

  @Test
  void errorsAreThoseOfTheTable() throws SQLException {
    // given
    database
        .sql()
        .execute(
            """
            CREATE TABLE "Member" (
              id integer,
              part integer,
              name text NOT NULL CHECK (name <> 'root'),
              email text,
              room integer,
              during int4range,
              CHECK (room > 0 OR email IS NULL),
              PRIMARY KEY (id, part),
              UNIQUE (email, room),
              EXCLUDE USING gist (during WITH &&)
            )
            """,
            "CREATE UNIQUE INDEX member_name ON \"Member\" (lower(name), room) WHERE id < 100",
            "INSERT INTO \"Member\" VALUES (1, 1, 'Ann', 'a@x', 1, '[1,5)'), (2, 1, 'Bob', 'b@x',"
                + " 1, NULL)");
    BranchHandle feature = database.branch("feature/x", install("Member"));

    try (Connection live = database.sql().connect();
        Connection branch = database.connect(feature)) {
      live.setAutoCommit(false);
      for (int round = 0; round < 2; round++) {
        for (String sql :
            List.of(
                "INSERT INTO \"Member\" VALUES (1, 1, 'x')",
                "INSERT INTO \"Member\" VALUES (3, 1, NULL)",
                "INSERT INTO \"Member\" VALUES (3, 1, 'root')",
                "INSERT INTO \"Member\" VALUES (3, 1, 'x', 'mail', -1)",
                "INSERT INTO \"Member\" VALUES (3, 1, 'x', 'a@x', 1)",
                "INSERT INTO \"Member\" VALUES (3, 1, 'ANN', NULL, 1)",
                "INSERT INTO \"Member\" VALUES (3, 1, 'x', NULL, 3, '[4,6)')",
                "UPDATE \"Member\" SET name = NULL WHERE id = 2",
                "UPDATE \"Member\" SET name = 'root' WHERE id = 2",
                "UPDATE \"Member\" SET email = 'a@x' WHERE id = 2",
                "UPDATE \"Member\" SET id = 1 WHERE id = 2")) {
          assertThat(told(branch, sql)).as(sql).isEqualTo(told(live, sql));
          live.rollback();
        }
        // the second time with an overlay
        run(branch, "UPDATE \"Member\" SET email = email");
      }
    }
  }

  private static List<String> told(Connection connection, String sql) {
    PSQLException failure = catchThrowableOfType(PSQLException.class, () -> run(connection, sql));
    assertThat((Throwable) failure).as(sql).isNotNull();
    ServerErrorMessage told = failure.getServerErrorMessage();
    return Stream.of(
            told.getSQLState(),
            told.getMessage(),
            told.getDetail(),
            told.getSchema(),
            told.getTable(),
            told.getColumn(),
            told.getConstraint())
        .map(String::valueOf)
        .toList();
  }

  private static void run(Connection connection, String sql) throws SQLException {
    ItemsOnABranch.run(connection, sql);
  }

  private static String one(Connection connection, String sql) {
    return ItemsOnABranch.one(connection, sql);
  }

  @Test
  void theServerNamesTheTableToo() {
    // given
    try (TestRepository shop =
        new TestRepository(
            "CREATE TABLE member (id integer PRIMARY KEY, name text NOT NULL CHECK (name <> ''),"
                + " email text UNIQUE)",
            "INSERT INTO member VALUES (1, 'Ann', 'a@x')")) {
      shop.install("member");
      BranchHandle branch = shop.branch("feature", shop.main);

      // then
      for (Map<String, ?> refused :
          List.of(
              Map.of("name", NullNode.instance),
              Map.of("name", TextNode.valueOf("")),
              Map.of("name", TextNode.valueOf("x"), "email", TextNode.valueOf("b@x")))) {
        Map<String, JsonNode> record = new HashMap<>();
        refused.forEach((name, value) -> record.put(name, (JsonNode) value));
        record.put("id", IntNode.valueOf(3));
        assertThatThrownBy(() ->
                shop.adapter.write(
                    branch,
                    shop.at(branch, "member"),
                    List.of(
                        new RowWrite.Upsert(
                            Map.of(
                                "id", IntNode.valueOf(2),
                                "name", TextNode.valueOf("y"),
                                "email", TextNode.valueOf("b@x"))),
                        new RowWrite.Upsert(record))))
            .isInstanceOf(WriteRefusedException.class)
            .hasMessageContaining("member")
            .message()
            .doesNotContain("__v");
      }
    }
  }

  @Test
  void whatIsGrantedAndRevokedLaterHolds() throws SQLException {
    // given
    String clerk = database.sql().role("clerk_" + database.sql().name());
    database
        .sql()
        .execute(
            "CREATE TABLE note (id integer PRIMARY KEY, text text)",
            "INSERT INTO note VALUES (1, 'one')");
    BranchHandle feature = database.branch("feature/x", install("note"));
    try (Connection owner = database.connect(feature)) {
      run(owner, "SELECT * FROM note");
    }
    try (Connection connection = database.connect(clerk, feature)) {
      assertDenied(connection, "SELECT text FROM note");

      // when
      database.sql().execute("GRANT SELECT, UPDATE (text) ON note TO " + clerk);
      useBranch(connection, feature);

      // then
      for (int round = 0; round < 2; round++) {
        assertThat(one(connection, "SELECT text FROM note")).startsWith("one");
        run(connection, "UPDATE note SET text = text || '!'");
        assertDenied(connection, "DELETE FROM note");
        assertDenied(connection, "UPDATE note SET id = 2");
      }

      // when
      database
          .sql()
          .execute("REVOKE ALL ON note FROM " + clerk, "GRANT SELECT (id) ON note TO PUBLIC");
      useBranch(connection, feature);

      // then
      assertDenied(connection, "SELECT text FROM note");
      assertThat(one(connection, "SELECT id FROM note")).isEqualTo("1");
    } finally {
      database.sql().executeAsSuperuser("DROP OWNED BY " + clerk);
    }
  }

  private static void useBranch(Connection connection, BranchHandle branch) {
    one(connection, "SELECT epoch.use_branch('" + branch.name() + "')");
  }

  private static void assertDenied(Connection connection, String sql) {
    assertThatThrownBy(() -> run(connection, sql))
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("42501");
  }

  @Test
  void policiesHoldForRolesThatAreNotOwners() throws SQLException {
    // given
    String clerk = database.sql().role("clerk_" + database.sql().name());
    database
        .sql()
        .execute(
            "CREATE TABLE tenant (name text PRIMARY KEY, login text)",
            "INSERT INTO tenant VALUES ('north', '" + clerk + "'), ('south', 'nobody')",
            "CREATE TABLE bill (id integer PRIMARY KEY, tenant text, paid boolean DEFAULT false)",
            "INSERT INTO bill VALUES (1, 'north', false), (2, 'south', false), (3, 'north', true)",
            "GRANT ALL ON bill TO " + clerk,
            "ALTER TABLE bill ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY own ON bill USING (tenant IN (SELECT name FROM tenant t WHERE t.login ="
                + " current_user))",
            "CREATE POLICY unpaid ON bill AS RESTRICTIVE FOR DELETE USING (NOT paid)",
            "CREATE POLICY others ON bill TO " + database.sql().owner() + " USING (true)",
            "GRANT SELECT ON tenant TO " + clerk);
    BranchHandle feature = database.branch("feature/x", install("tenant"), install("bill"));

    try (Connection owner = database.connect(feature);
        Connection live = database.sql().connect(clerk);
        Connection branch = database.connect(clerk, feature)) {
      for (Connection connection : List.of(live, branch)) {
        // then
        String ids = "SELECT string_agg(id::text, ' ' ORDER BY id) FROM bill";
        assertThat(one(connection, ids)).isEqualTo("1 3");
        assertThat(ItemsOnABranch.run(connection, "UPDATE bill SET paid = true")).isEqualTo(2);
        assertThat(ItemsOnABranch.run(connection, "DELETE FROM bill")).isZero();
        run(connection, "INSERT INTO bill VALUES (4, 'north')");
        assertThat(one(connection, ids)).isEqualTo("1 3 4");
        assertThatThrownBy(() -> run(connection, "INSERT INTO bill VALUES (5, 'south')"))
            .hasMessageContaining("row-level security policy for table \"bill\"");
        assertDenied(connection, "UPDATE bill SET tenant = 'south' WHERE id = 1");
        assertThat(ItemsOnABranch.run(connection, "DELETE FROM bill WHERE id = 4")).isOne();
      }
      assertThat(one(owner, "SELECT count(*) FROM bill WHERE paid")).isEqualTo("2");

      // when policies change
      database.sql().execute("DROP POLICY own ON bill", "CREATE POLICY own ON bill USING (id = 2)");
      useBranch(branch, feature);

      // then
      assertThat(one(branch, "SELECT string_agg(id::text, ' ') FROM bill")).isEqualTo("2");

      // when there are none any more
      database.sql().execute("ALTER TABLE bill DISABLE ROW LEVEL SECURITY");
      useBranch(branch, feature);

      // then
      assertThat(one(branch, "SELECT count(*) FROM bill")).isEqualTo("3");
      run(branch, "UPDATE bill SET tenant = 'south'");
    } finally {
      database.sql().executeAsSuperuser("DROP OWNED BY " + clerk);
    }
  }
}
