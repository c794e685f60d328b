package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Psql;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Works on a branch from psql, with nothing but {@code epoch.use_branch}. */
@Timeout(180)
class PsqlBranchIT {

  private static final String USE = "SELECT epoch.use_branch('feature/x') \\g /dev/null\n";
  private static final AtomicInteger SHOPS = new AtomicInteger();

  @TempDir static Path home;
  private static ServerProcess server;

  private Shop shop;
  private Psql psql;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(Psql.found(), "psql is not installed");
    server = ServerProcess.started(home.resolve("data"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void branchOff() throws Exception {
    shop = Shop.open(server, "psql_shop_" + SHOPS.incrementAndGet());
    shop.branch("feature/x", "main");
    psql = new Psql(shop.database(), home);
  }

  @Test
  void aBranchShowsWhatItWasMadeFrom() {
    assertThat(
            psql.lines(
                USE
                    + "SELECT epoch.current_branch();\n"
                    + "SELECT id, name, credit FROM customers ORDER BY id;"))
        .containsExactly("feature/x", "1|Ada|100.00", "2|Bob|100.00", "3|Cleo|100.00");
  }

  @Test
  void insertsTakeDefaultsAndSequences() {
    assertThat(
            psql.lines(
                USE
                    + """
                    INSERT INTO customers (name) VALUES ('Dora')
                      RETURNING id, name, credit, created_at IS NOT NULL;
                    INSERT INTO customers (name, credit) VALUES ('Emil', DEFAULT), ('Fay', 7)
                      RETURNING id, credit;
                    INSERT INTO orders (customer_id) VALUES (4) RETURNING id, state, notes;
                    SELECT id, name FROM customers WHERE id > 3 ORDER BY id;
                    """))
        .containsExactly(
            "4|Dora|100.00|t", "5|100.00", "6|7.00", "3|new|{}", "4|Dora", "5|Emil", "6|Fay");
    assertThat(psql.lines("SELECT count(*) FROM customers")).containsExactly("3");
  }

  @Test
  void updatesAndDeletesReturnWhatTheyTouched() {
    assertThat(
            psql.lines(
                USE
                    + """
                    WITH changed AS (
                      UPDATE customers SET credit = credit + 5 WHERE id <= 2 RETURNING id, credit)
                    SELECT * FROM changed ORDER BY id;
                    UPDATE customers SET credit = credit * 2 WHERE id = 2 RETURNING credit;
                    DELETE FROM customers WHERE name = 'Cleo' RETURNING id, name;
                    UPDATE order_lines SET line = 9 WHERE (order_id, line) = (1, 2)
                      RETURNING order_id, line, product;
                    SELECT id, credit FROM customers ORDER BY id;
                    SELECT order_id, line FROM order_lines ORDER BY 1, 2;
                    """))
        .containsExactly(
            "1|105.00",
            "2|105.00",
            "210.00",
            "3|Cleo",
            "1|9|cup",
            "1|105.00",
            "2|210.00",
            "1|1",
            "1|9",
            "2|1");
    assertThat(psql.lines("SELECT id, credit FROM customers ORDER BY id"))
        .containsExactly("1|100.00", "2|100.00", "3|100.00");
  }

  @Test
  void changedAndUnchangedTablesJoin() {
    assertThat(
            psql.lines(
                USE
                    + """
                    UPDATE customers SET name = 'Ada L.' WHERE id = 1;
                    INSERT INTO order_lines VALUES (2, 2, 'pot', 20);
                    SELECT c.name, count(l.*), sum(l.price)
                    FROM customers c
                    LEFT JOIN orders o ON o.customer_id = c.id
                    LEFT JOIN order_lines l ON l.order_id = o.id
                    GROUP BY c.name ORDER BY c.name;
                    UPDATE orders SET state = 'paid' FROM customers c
                      WHERE c.id = customer_id AND c.name = 'Ada L.' RETURNING orders.id;
                    DELETE FROM order_lines USING orders o
                      WHERE o.id = order_id AND o.state = 'paid' RETURNING product;
                    """))
        .containsExactly("Ada L.|2|11.50", "Bob|2|23.50", "Cleo|0|", "1", "tea", "cup");
  }

  @Test
  void copyGoesInAndOut() throws Exception {
    Path out = home.resolve("customers.csv");

    assertThat(
            psql.lines(
                USE
                    + """
                    COPY customers (name, credit) FROM STDIN WITH (DELIMITER ';');
                    Gus;1.50
                    Hal, the second;2
                    \\.
                    SELECT id, name, credit FROM customers WHERE id > 3 ORDER BY id;
                    \\copy (SELECT id, name FROM customers ORDER BY id) TO '%s' WITH (FORMAT csv)
                    """
                        .formatted(out)))
        .containsExactly("4|Gus|1.50", "5|Hal, the second|2.00");
    assertThat(Files.readAllLines(out))
        .containsExactly("1,Ada", "2,Bob", "3,Cleo", "4,Gus", "5,\"Hal, the second\"");
    assertThat(psql.lines("SELECT count(*) FROM customers")).containsExactly("3");
  }

  @Test
  void preparedStatementsSurviveTheFirstWrite() {
    assertThat(
            psql.lines(
                USE
                    + """
                    PREPARE one (int) AS SELECT name FROM customers WHERE id = $1;
                    PREPARE rename (int, text) AS UPDATE customers SET name = $2 WHERE id = $1;
                    PREPARE enter (text) AS INSERT INTO customers (name) VALUES ($1) RETURNING id;
                    EXECUTE one (1);
                    EXECUTE rename (1, 'Ada the first');
                    EXECUTE one (1);
                    EXECUTE enter ('Ivy');
                    EXECUTE one (4);
                    EXECUTE rename (1, 'Ada again');
                    EXECUTE one (1);
                    """))
        .containsExactly("Ada", "Ada the first", "4", "Ivy", "Ada again");
  }

  @Test
  void aTransactionIsRolledBackAsOne() {
    assertThat(
            psql.lines(
                USE
                    + """
                    BEGIN;
                    UPDATE customers SET name = 'gone' WHERE id = 1;
                    SAVEPOINT here;
                    DELETE FROM customers;
                    ROLLBACK TO here;
                    SELECT name FROM customers ORDER BY id;
                    ROLLBACK;
                    SELECT name FROM customers ORDER BY id;
                    """))
        .containsExactly("gone", "Bob", "Cleo", "Ada", "Bob", "Cleo");
  }

  @Test
  void constraintsOfTheTableHoldOnTheBranch() {
    assertThat(psql.run(USE + "INSERT INTO customers (id, name) VALUES (1, 'again');").err())
        .contains("duplicate key");
    assertThat(psql.run(USE + "UPDATE customers SET name = NULL WHERE id = 2;").err())
        .contains("null value in column \"name\"");
    assertThat(psql.lines(USE + "SELECT name FROM customers ORDER BY id;"))
        .containsExactly("Ada", "Bob", "Cleo");
  }

  @Test
  void liveWritesAndBranchesDoNotSeeEachOther() {
    shop.branch("feature/y", "main");
    psql.lines(USE + "UPDATE customers SET name = 'on x' WHERE id = 1;");

    psql.lines(
        """
        UPDATE customers SET name = 'live', credit = 1 WHERE id IN (1, 2);
        DELETE FROM customers WHERE id = 3;
        INSERT INTO customers (name) VALUES ('new live');
        """);

    String names = "SELECT id, name FROM customers ORDER BY id;";
    assertThat(psql.lines(USE + names)).containsExactly("1|on x", "2|Bob", "3|Cleo");
    assertThat(psql.lines("SELECT epoch.use_branch('feature/y') \\g /dev/null\n" + names))
        .containsExactly("1|Ada", "2|Bob", "3|Cleo");
    assertThat(psql.lines(names)).containsExactly("1|live", "2|live", "4|new live");
  }

  @Test
  void columnsOfAnOpenTableChangeOnTheBranchOnly() {
    String open = USE + "SELECT epoch.open_table('customers') \\g /dev/null\n";
    psql.lines(
        open
            + """
            ALTER TABLE customers ADD COLUMN tier text DEFAULT 'gold';
            ALTER TABLE customers RENAME COLUMN name TO label;
            """);

    assertThat(psql.lines(USE + "SELECT label, tier FROM customers ORDER BY id;"))
        .containsExactly("Ada|gold", "Bob|gold", "Cleo|gold");
    assertThat(psql.lines("SELECT name FROM customers ORDER BY id;"))
        .containsExactly("Ada", "Bob", "Cleo");
    assertThat(psql.run("SELECT tier FROM customers;").err()).contains("does not exist");
  }

  @Test
  void aSessionGoesBackToMain() {
    assertThat(
            psql.lines(
                USE
                    + """
                    UPDATE customers SET name = 'on x' WHERE id = 1;
                    SELECT epoch.use_branch('main') \\g /dev/null
                    SELECT name FROM customers WHERE id = 1;
                    SELECT epoch.current_branch();
                    """))
        .containsExactly("Ada", "main");
  }

  @Test
  void whatPsqlWroteIsCommittedDiffedAndMerged() {
    psql.lines(
        USE
            + """
            UPDATE customers SET name = 'Ada L.' WHERE id = 1;
            DELETE FROM customers WHERE id = 2;
            INSERT INTO customers (name) VALUES ('Dora');
            """);
    psql.lines("UPDATE customers SET credit = 50 WHERE id = 1;");

    shop.commit("feature/x", "New people");
    shop.commit("main", "Less credit");
    shop.merge("feature/x", "main").ok();

    assertThat(psql.lines("SELECT id, name, credit FROM customers ORDER BY id"))
        .containsExactly("1|Ada L.|50.00", "3|Cleo|100.00", "4|Dora|100.00");
    assertThat(shop.query("SELECT name, credit FROM customers WHERE id = 1", "main~1"))
        .isEqualTo("[[\"Ada\",50.00]]");
  }

  @Test
  void branchesAreMadeCommittedAndMergedWithNothingButPsql() {
    assertThat(
            psql.lines(
                """
                CALL epoch.create_branch('fix/names') \\g /dev/null
                SELECT epoch.use_branch('fix/names');
                UPDATE customers SET name = 'Ada L.' WHERE id = 1;
                CALL epoch.commit('Whole names') \\g /dev/null
                SELECT epoch.use_branch('main');
                UPDATE customers SET name = 'Ada Lovelace' WHERE id = 1;
                CALL epoch.commit('Full names') \\g /dev/null
                CALL epoch.merge('fix/names');
                SELECT table_name, key, ours, theirs FROM epoch.conflicts();
                CALL epoch.resolve('customers', 'theirs');
                CALL epoch.commit('Merge fix/names') \\g /dev/null
                SELECT message FROM epoch.log();
                SELECT name FROM customers WHERE id = 1;
                """))
        .containsExactly(
            "fix/names",
            "main",
            "conflicts||1",
            "customers|{\"id\": 1}|{\"name\": \"Ada Lovelace\"}|{\"name\": \"Ada L.\"}",
            "1|0",
            "Merge fix/names",
            "Full names",
            "Whole names",
            "The shop opens",
            "Ada L.");
    assertThat(shop.get("/commits?ref=main").ok().path("commits").size()).isEqualTo(4);
  }

  @Test
  @Tag("nightly")
  void aCommandOfPsqlIsDoneOnceThoughTheServerIsKilledAtIt() throws Exception {
    // given
    server.stop();
    server.start(Map.of("EPOCH_FAILPOINTS", "session.ran=halt"));

    // when
    Shell.Result call =
        psql.run("UPDATE customers SET credit = 1; CALL epoch.commit('Once') \\g /dev/null");
    assertThat(server.awaitEnd()).isEqualTo(137);
    assertThat(call.exitCode()).isNotZero();
    server.start();

    // then
    Poll.until(
        "the command is answered",
        Duration.ofSeconds(60),
        () ->
            psql.lines("SELECT count(*) FROM epoch.commands WHERE answer IS NULL")
                .equals(List.of("0")));
    assertThat(psql.lines("SELECT message FROM epoch.log()"))
        .containsExactly("Once", "The shop opens");
  }
}
