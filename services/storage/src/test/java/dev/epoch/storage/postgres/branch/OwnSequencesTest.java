package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.RowChange;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Branches whose columns are fed by sequences of their own. */
class OwnSequencesTest {
  private static final String LIVE =
      """
      SELECT (SELECT last_value FROM items_number_seq) || ' ' || (SELECT last_value FROM parts_id_seq) || ' '
        || (SELECT last_value FROM codes) || ' ' || (SELECT last_value FROM invoices)
      """;
  private static final String IDS = "SELECT string_agg(id::text, ' ' ORDER BY id) FROM ";

  private TestRepository repository;
  private BranchHandle feature;

  @BeforeEach
  void start() {
    repository =
        new TestRepository(
            "CREATE TABLE items (id serial PRIMARY KEY, name text, number bigint GENERATED ALWAYS AS IDENTITY)",
            "CREATE SEQUENCE codes",
            "CREATE SEQUENCE invoices START 100 INCREMENT 10",
            "CREATE TABLE parts (id serial PRIMARY KEY, name text, code text UNIQUE DEFAULT 'P' || nextval('codes'))",
            "INSERT INTO items (name) VALUES ('a'), ('b'), ('c')",
            "INSERT INTO parts (name) VALUES ('a'), ('b'), ('c')");
    repository.install("items", "parts");
    feature = repository.numberedBranch("feature", repository.main);
  }

  @AfterEach
  void stop() {
    repository.close();
  }

  private String live() {
    return repository.database.value(LIVE);
  }

  /** What a session on a branch answers. */
  private String on(BranchHandle branch, String sql) {
    try (Connection session = repository.database.connect();
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('" + branch.name() + "')");
      return TestDatabase.rows(session, sql).getFirst().getFirst();
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private void insert(BranchHandle branch, String name) {
    repository.write(
        branch,
        "INSERT INTO items (name) VALUES ('" + name + "')",
        "INSERT INTO parts (name) VALUES ('" + name + "')");
  }

  /** By the server, which gives both tables a row. */
  private void write(BranchHandle branch, int id) {
    for (String table : List.of("items", "parts")) {
      repository.adapter.write(
          branch,
          repository.at(branch, table),
          List.of(new RowWrite.Upsert(Map.of("id", IntNode.valueOf(id)))),
          Optional.empty());
    }
  }

  private void mergeIntoMain(BranchHandle source) {
    repository.commit(source, "items", "parts");
    Map<String, List<RowChange>> rows =
        Map.of(
            "items",
            repository.changes(
                "items",
                repository.committed(repository.main, "items"),
                repository.committed(source, "items")),
            "parts",
            repository.changes(
                "parts",
                repository.committed(repository.main, "parts"),
                repository.committed(source, "parts")));
    repository.mergeAll(repository.main, 0, rows);
  }

  @Test
  void aBranchDoesNotUseUpLiveNumbers() {
    // given
    assertThat(live()).isEqualTo("3 3 3 100");

    // when the server writes before any session does
    write(feature, 50);
    insert(feature, "layered");
    repository.adapter.open(feature, List.of());
    insert(feature, "open");
    write(feature, 51);
    repository.adapter.close(feature, List.of());
    insert(feature, "layered again");

    // then
    assertThat(on(feature, "SELECT string_agg(number::text, ' ' ORDER BY id) FROM items"))
        .isEqualTo("1 2 3 5 6 8 4 7");
    assertThat(on(feature, IDS + "parts")).isEqualTo("1 2 3 4 5 6 50 51");
    assertThat(on(feature, "SELECT string_agg(code, ' ' ORDER BY id) FROM parts"))
        .isEqualTo("P1 P2 P3 P5 P6 P8 P4 P7");
    assertThat(on(feature, "SELECT nextval('invoices') || ' ' || nextval('invoices')"))
        .isEqualTo("100 110");
    assertThat(on(feature, "SELECT nextval('parts_id_seq')")).isEqualTo("7");
    assertThat(live()).isEqualTo("3 3 3 100");

    // when the live table goes on
    insert(repository.main, "d");

    // then
    assertThat(live()).isEqualTo("4 4 4 100");
    assertThat(on(feature, "SELECT last_value FROM items_number_seq")).isEqualTo("8");
  }

  @Test
  void othersGoOnSharing() {
    // given
    BranchHandle shared = repository.branch("shared", repository.main);
    insert(feature, "own");

    // when
    insert(shared, "x");
    repository.adapter.open(shared, List.of());
    insert(shared, "y");

    // then
    assertThat(on(shared, IDS + "items")).isEqualTo("1 2 3 4 5");
    assertThat(live()).isEqualTo("5 5 5 100");
  }

  @Test
  void theOpenTableIsNoChangeOfTheSchema() {
    // when
    repository.adapter.open(feature, List.of());

    // then
    assertThat(schemas()).isEmpty();

    // when
    repository.write(
        feature,
        "ALTER TABLE parts ALTER name SET DEFAULT 'n'",
        "ALTER TABLE items ADD other integer DEFAULT nextval('invoices')");

    // then
    assertThat(schemas().get("t2").columns())
        .extracting(column -> column.defaultExpression())
        .containsExactly(
            "nextval('public.parts_id_seq'::regclass)",
            "'n'::text",
            "('P'::text || nextval('public.codes'::regclass))");
    assertThat(schemas().get("t1").columns())
        .extracting(column -> column.identity() + " " + column.defaultExpression())
        .containsExactly(
            "null nextval('public.items_id_seq'::regclass)",
            "null null",
            "always null",
            "null nextval('public.invoices'::regclass)");
  }

  private Map<String, TableSchema> schemas() {
    return repository.adapter.schemas(
        feature, List.of(repository.at(feature, "items"), repository.at(feature, "parts")));
  }

  @Test
  void liveSequencesPassTheRowsThatAMergeBrings() {
    // given
    insert(feature, "x");
    insert(feature, "y");
    write(feature, Integer.MAX_VALUE);

    // when
    mergeIntoMain(feature);

    // then a value that was given by hand is not the sequences' business
    assertThat(live()).isEqualTo("6 5 6 100");
    insert(repository.main, "z");
    assertThat(repository.database.value(IDS + "items")).isEqualTo("1 2 3 4 5 6 2147483647");
    assertThat(repository.database.value(IDS + "parts")).isEqualTo("1 2 3 4 5 6 2147483647");
    assertThat(repository.database.value("SELECT code FROM parts WHERE id = 6")).isEqualTo("P7");
  }

  @Test
  void sequencesThatCountDownPassRowsToo() {
    // given
    repository.database.execute(
        "CREATE TABLE debts (id int GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY -1) PRIMARY KEY, name text)",
        "INSERT INTO debts (name) VALUES ('a'), ('b')");
    repository.install("debts");
    BranchHandle down = repository.numberedBranch("down", repository.main);
    String insert = "INSERT INTO debts (name) VALUES ('x')";
    repository.write(down, insert, insert, "INSERT INTO debts VALUES (-2147483648, 'by hand')");
    repository.commit(down, "debts");
    BranchHandle child = repository.numberedBranch("child", down);
    repository.write(child, insert);
    BranchHandle other = repository.numberedBranch("other", repository.main);
    repository.write(other, insert);
    repository.commit(other, "debts");

    // when
    repository.mergeAll(
        repository.main,
        0,
        Map.of(
            "debts",
            repository.changes(
                "debts",
                repository.committed(repository.main, "debts"),
                repository.committed(down, "debts"))));

    // then
    repository.write(repository.main, insert);
    assertThat(repository.database.value(IDS + "debts")).isEqualTo("-2147483648 -5 -4 -3 -2 -1");
    assertThat(on(child, IDS + "debts")).isEqualTo("-2147483648 -5 -4 -3 -2 -1");

    // when rows come to a branch
    long anchor = repository.commit(repository.main, "debts").id().position();
    repository.merge(
        other,
        "debts",
        anchor,
        repository.changes(
            "debts",
            repository.committed(other, "debts"),
            repository.committed(repository.main, "debts")));
    repository.write(other, insert);
    assertThat(on(other, IDS + "debts")).isEqualTo("-2147483648 -6 -5 -4 -3 -2 -1");
  }

  @Test
  void sequencesOfABranchPassTheRowsThatAMergeBrings() {
    // given
    insert(feature, "x");
    repository.commit(feature, "items");
    insert(repository.main, "d");
    insert(repository.main, "e");
    long anchor = repository.commit(repository.main, "items").id().position();

    // when main's rows win
    repository.merge(
        feature,
        "items",
        anchor,
        repository.changes(
            "items",
            repository.committed(feature, "items"),
            repository.committed(repository.main, "items")));

    // then
    insert(feature, "y");
    assertThat(on(feature, IDS + "items")).isEqualTo("1 2 3 4 5 6");
    assertThat(live()).isEqualTo("5 5 5 100");
  }

  @Test
  void aBranchMadeFromTheBranchCountsOnBehindItsRows() {
    // given
    insert(feature, "x");
    insert(feature, "y");
    repository.commit(feature, "items", "parts");

    // when
    BranchHandle child = repository.numberedBranch("child", feature);
    insert(child, "z");
    BranchHandle shared = repository.branch("shared", feature);
    insert(shared, "z");

    // then
    assertThat(on(child, IDS + "parts")).isEqualTo("1 2 3 4 5 6");
    assertThat(on(shared, IDS + "parts")).isEqualTo("1 2 3 4 5 6");
    assertThat(on(child, IDS + "items")).isEqualTo("1 2 3 4 5 6");
    assertThat(on(feature, "SELECT last_value FROM parts_id_seq")).isEqualTo("5");
    assertThat(live()).as("of the one that shares").isEqualTo("6 6 7 100");

    // when the branch is gone, and what it gave with it
    repository.adapter.dropBranch(feature);
    BranchHandle late = repository.numberedBranch("late", feature);
    insert(late, "z");

    // then
    assertThat(on(late, IDS + "parts")).isEqualTo("1 2 3 4 5 7");
  }

  @Test
  void nothingIsLeftOfABranchThatIsDropped() {
    // given
    insert(feature, "x");
    BranchHandle other = repository.numberedBranch("other", repository.main);
    write(other, 50);

    // when
    repository.adapter.dropBranch(feature);
    repository.adapter.dropBranch(other);

    // then
    assertThat(
            repository.database.value(
                "SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace::regnamespace::text LIKE 'epoch_%'"))
        .isEqualTo("0");
    assertThat(
            repository.database.value(
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%other%' OR nspname LIKE '%feature%'"))
        .isEqualTo("0");
    assertThat(repository.adapter.reclaim(TestRepository.REPOSITORY, Set.of("bmain"), false))
        .hasSize(2);
    assertThat(repository.database.value("SELECT count(*) FROM epoch.branch_sequences"))
        .isEqualTo("0");
  }

  @Test
  void privilegesAreThoseOfTheSharedSequences() throws SQLException {
    // given
    String app = repository.database.role("app");
    repository.database.execute(
        "GRANT SELECT, INSERT ON items, parts TO " + app,
        "GRANT USAGE ON SEQUENCE items_id_seq, parts_id_seq, codes TO " + app);

    try (Connection session = repository.database.connect(app);
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('feature')");

      // when
      statement.execute("INSERT INTO parts (name) VALUES ('x')");
      statement.execute("INSERT INTO items (name) VALUES ('x')");

      // then
      assertThatThrownBy(() -> statement.execute("SELECT nextval('items_number_seq')"))
          .hasMessageContaining("permission denied for sequence items_number_seq");

      // when
      repository.database.execute("REVOKE ALL ON SEQUENCE codes FROM " + app);
      statement.execute("SELECT epoch.use_branch('feature')");

      // then
      assertThatThrownBy(() -> statement.execute("INSERT INTO parts (name) VALUES ('y')"))
          .hasMessageContaining("permission denied for sequence codes");
    }
  }

  @Test
  void aTableThatTheBranchMadeTakesFromItsOwnOnceTheDefaultBranchHasIt() {
    // given
    repository.write(feature, "CREATE TABLE notes (id serial PRIMARY KEY, name text)");
    repository.adopt(feature, "notes");
    repository.write(feature, "INSERT INTO notes (name) VALUES ('x')");
    repository.database.execute("SELECT epoch.settle_table('t3', 99)");

    // when
    repository.write(feature, "INSERT INTO notes (name) VALUES ('y')");

    // then
    assertThat(on(feature, IDS + "notes")).isEqualTo("1 2");
    assertThat(repository.database.value("SELECT last_value FROM notes_id_seq")).isEqualTo("1");
  }
}
