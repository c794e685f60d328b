package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/**
 * Works on a branch over JDBC: statements prepared on the server, copying, two sessions at once.
 */
@Timeout(180)
class JdbcBranchIT {

  private static final AtomicInteger SHOPS = new AtomicInteger();

  @TempDir static Path home;
  private static ServerProcess server;

  private Shop shop;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.started(home.resolve("data"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void branchOff() throws Exception {
    shop = Shop.open(server, "jdbc_shop_" + SHOPS.incrementAndGet());
    shop.branch("feature/x", "main");
  }

  @Test
  void statementsPreparedOnTheServerSeeTheFirstWrite() throws Exception {
    try (Connection session = onBranch("feature/x");
        PreparedStatement select =
            session.prepareStatement("SELECT name FROM customers WHERE id = ?");
        PreparedStatement update =
            session.prepareStatement("UPDATE customers SET name = ? WHERE id = ?")) {
      select.unwrap(PGStatement.class).setPrepareThreshold(1);
      update.unwrap(PGStatement.class).setPrepareThreshold(1);

      assertThat(name(select, 1)).isEqualTo("Ada");
      assertThat(name(select, 1)).isEqualTo("Ada");
      for (String name : new String[] {"first", "second", "third"}) {
        update.setString(1, name);
        update.setInt(2, 1);
        assertThat(update.executeUpdate()).isEqualTo(1);
        assertThat(name(select, 1)).isEqualTo(name);
      }
      assertThat(name(select, 2)).isEqualTo("Bob");
    }
    assertThat(shop.database().rows("SELECT name FROM customers WHERE id = 1"))
        .containsExactly("Ada");
  }

  @Test
  void aStatementPreparedBeforeAnotherSessionsFirstWriteSeesIt() throws Exception {
    try (Connection reader = onBranch("feature/x");
        Connection writer = onBranch("feature/x");
        PreparedStatement select =
            reader.prepareStatement("SELECT name FROM customers WHERE id = ?")) {
      select.unwrap(PGStatement.class).setPrepareThreshold(1);
      assertThat(name(select, 1)).isEqualTo("Ada");

      writer.setAutoCommit(false);
      Database.execute(writer, "UPDATE customers SET name = 'other' WHERE id = 1");
      assertThat(name(select, 1)).isEqualTo("Ada");
      writer.commit();

      assertThat(name(select, 1)).isEqualTo("other");
    }
  }

  @Test
  void rowsAreCopiedInAndOut() throws Exception {
    try (Connection session = onBranch("feature/x")) {
      var copy = session.unwrap(PGConnection.class).getCopyAPI();

      long copied =
          copy.copyIn(
              "COPY customers (name, credit) FROM STDIN WITH (FORMAT csv)",
              new StringReader("Gus,1.50\nHal,2\n"));
      StringWriter out = new StringWriter();
      copy.copyOut(
          "COPY (SELECT id, name, credit FROM customers ORDER BY id) TO STDOUT WITH (FORMAT csv)",
          out);

      assertThat(copied).isEqualTo(2);
      assertThat(out.toString())
          .isEqualTo("1,Ada,100.00\n2,Bob,100.00\n3,Cleo,100.00\n4,Gus,1.50\n5,Hal,2.00\n");
    }
    assertThat(shop.database().rows("SELECT count(*) FROM customers")).containsExactly("3");
  }

  @Test
  void batchesWithGeneratedKeys() throws Exception {
    try (Connection session = onBranch("feature/x");
        PreparedStatement insert =
            session.prepareStatement(
                "INSERT INTO customers (name) VALUES (?)", new String[] {"id"})) {
      for (String name : new String[] {"Gus", "Hal", "Ivy"}) {
        insert.setString(1, name);
        insert.addBatch();
      }
      insert.executeBatch();

      assertThat(Database.rows(insert.getGeneratedKeys())).containsExactly("4", "5", "6");
    }
  }

  @Test
  void branchesAndLiveSessionsAreIsolatedInBothDirections() throws Exception {
    shop.branch("feature/y", "feature/x");
    try (Connection live = shop.database().connect();
        Connection x = onBranch("feature/x");
        Connection y = onBranch("feature/y")) {
      String sum = "SELECT count(*), sum(credit) FROM customers";

      Database.execute(live, "UPDATE customers SET credit = 1", "DELETE FROM customers WHERE id=3");
      Database.execute(x, "UPDATE customers SET credit = 10 WHERE id = 1");
      Database.execute(y, "INSERT INTO customers (name, credit) VALUES ('Yves', 1000)");

      assertThat(Database.rows(live, sum)).containsExactly("2|2.00");
      assertThat(Database.rows(x, sum)).containsExactly("3|210.00");
      assertThat(Database.rows(y, sum)).containsExactly("4|1300.00");
    }
  }

  @Test
  void aRoleThatOwnsTheTablesAndIsNoSuperuserIsEnough() throws Exception {
    // given a role with a database of its own
    server
        .database()
        .execute(
            "DROP DATABASE IF EXISTS owned WITH (FORCE)",
            "DROP ROLE IF EXISTS keeper",
            "CREATE ROLE keeper LOGIN PASSWORD 'keeper-secret' NOSUPERUSER NOCREATEROLE",
            "CREATE DATABASE owned OWNER keeper");
    Database superuser = server.database();
    Database owned =
        new Database(superuser.host(), superuser.port(), "owned", "keeper", "keeper-secret");
    owned.execute(
        "CREATE TABLE things (id int PRIMARY KEY, name text)",
        "INSERT INTO things VALUES (1, 'one'), (2, 'two')");

    // when
    var rest = server.rest();
    rest.post("/repositories", "{\"name\": \"owned\"}").ok();
    rest.post(
            "/tables?repository=owned",
            "{\"name\": \"things\", \"location\": \"" + owned.url() + "/public.things\"}")
        .ok();
    rest.post("/commits?repository=owned", "{\"message\": \"things\"}").ok();
    rest.post("/branches?repository=owned", "{\"name\": \"b\"}").ok();
    try (Connection session = owned.connect()) {
      Database.execute(
          session, "SELECT epoch.use_branch('b')", "UPDATE things SET name = 'eins' WHERE id = 1");
    }
    rest.post("/commits?repository=owned", "{\"message\": \"on b\", \"branch\": \"b\"}").ok();
    rest.post("/branches/merge?repository=owned", "{\"source\": \"b\", \"target\": \"main\"}").ok();

    // then
    assertThat(owned.rows("SELECT id, name FROM things ORDER BY id"))
        .containsExactly("1|eins", "2|two");
  }

  private Connection onBranch(String branch) throws SQLException {
    Connection session = shop.database().connect();
    Database.execute(session, "SELECT epoch.use_branch('" + branch + "')");
    return session;
  }

  private static String name(PreparedStatement select, int id) throws SQLException {
    select.setInt(1, id);
    try (var result = select.executeQuery()) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }
}
