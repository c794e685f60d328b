package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.row.Row;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sessions do to the schema of a branch's open table is the branch's. */
class OpenTableSchemaTest {
  private TestRepository repository;
  private BranchHandle feature;
  private Connection session;

  @BeforeEach
  void start() throws SQLException {
    repository =
        new TestRepository(
            "CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL, n integer DEFAULT 7)",
            "INSERT INTO items VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
    repository.install("items");
    feature = repository.branch("feature", repository.main);
    session = repository.database.connect();
    run("SELECT epoch.use_branch('feature')");
    repository.adapter.open(feature, List.of());
  }

  @AfterEach
  void stop() throws SQLException {
    session.close();
    repository.close();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<List<String>> seen() {
    return TestDatabase.rows(session, "SELECT * FROM items ORDER BY 1");
  }

  private List<String> names() {
    return TestDatabase.rows(
            session,
            "SELECT attname FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum")
        .stream()
        .map(List::getFirst)
        .toList();
  }

  /** Rows of a state, each with the names of its columns. */
  private List<String> rows(TableHandle table, TableState state) {
    List<String> lines = new ArrayList<>();
    for (Row row :
        TestRepository.list(repository.adapter.rows(table, state, RowQuery.page(null, 99)))) {
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        fields.add(table.schema().columns().get(i).name() + "=" + row.get(i));
      }
      lines.add(String.join(" ", fields));
    }
    return lines;
  }

  private List<String> head() {
    return rows(repository.table(feature, "items"), repository.committed(feature, "items"));
  }

  private TableHandle working() {
    TableHandle table = repository.table(feature, "items");
    return repository
        .adapter
        .schemas(feature, List.of(repository.at(feature, "items")))
        .values()
        .stream()
        .findFirst()
        .map(table::with)
        .orElse(table);
  }

  @Test
  void columnsAreAddedRenamedAndDropped() throws SQLException {
    // given
    run("UPDATE items SET n = 20 WHERE id = 2");
    repository.commit(feature, "items");
    TableHandle former = repository.table(feature, "items");
    TableState before = repository.committed(feature, "items");
    List<String> old = head();

    // when all of it is done in one transaction, with rows
    session.setAutoCommit(false);
    run("ALTER TABLE items ADD COLUMN phone text DEFAULT 'x'");
    run("UPDATE items SET phone = 'y' WHERE id = 1");
    run("INSERT INTO items (id, name, phone) VALUES (4, 'd', 'z')");
    run("ALTER TABLE items RENAME COLUMN name TO title");
    run("UPDATE items SET title = 'B' WHERE id = 2");
    run("ALTER TABLE items DROP COLUMN n");
    run("DELETE FROM items WHERE id = 3");
    session.commit();
    session.setAutoCommit(true);

    // then it is not committed
    List<String> expected =
        List.of("id=1 title=a phone=y", "id=2 title=B phone=x", "id=4 title=d phone=z");
    assertThat(rows(working(), repository.working(feature, "items"))).isEqualTo(expected);
    assertThat(head()).isEqualTo(old);
    assertThat(repository.adapter.touched(feature, List.of(repository.at(feature, "items"))))
        .containsExactly("t1");
    assertThatThrownBy(() -> repository.adapter.close(feature, List.of()))
        .isInstanceOf(TableChangedException.class)
        .hasMessageContaining("not committed");

    // when
    repository.commit(feature, "items");

    // then
    assertThat(head()).isEqualTo(expected);
    assertThat(repository.adapter.schemas(feature, List.of(repository.at(feature, "items"))))
        .isEmpty();
    assertThat(repository.adapter.touched(feature, List.of(repository.at(feature, "items"))))
        .isEmpty();
    assertThat(rows(former, before)).isEqualTo(old);
    assertThat(repository.table(feature, "items").schema().columns())
        .extracting("id")
        .containsExactly("id", "name", "phone");
    assertThat(rows(repository.table("items"), repository.committed(repository.main, "items")))
        .containsExactly("id=1 name=a n=1", "id=2 name=b n=2", "id=3 name=c n=3");
    assertThat(
            repository.database.value(
                "SELECT string_agg(i::text, ' ' ORDER BY id) FROM items AS i"))
        .isEqualTo("(1,a,1) (2,b,2) (3,c,3)");

    // when
    repository.adapter.close(feature, List.of());

    // then
    assertThat(names()).containsExactly("id", "title", "phone");
    assertThat(seen())
        .containsExactly(List.of("1", "a", "y"), List.of("2", "B", "x"), List.of("4", "d", "z"));
    run("INSERT INTO items (id, title) VALUES (5, 'e')");
    run("UPDATE items SET phone = 'w' WHERE id = 4");
    run("DELETE FROM items WHERE id = 2");
    expected = List.of("id=1 title=a phone=y", "id=4 title=d phone=w", "id=5 title=e phone=x");
    repository.commit(feature, "items");
    assertThat(head()).isEqualTo(expected);

    // when
    repository.adapter.open(feature, List.of());

    // then
    assertThat(names()).containsExactly("id", "title", "phone");
    run("UPDATE items SET title = 'A' WHERE id = 1");
    run("INSERT INTO items (id, title) VALUES (6, 'f')");
    assertThat(rows(working(), repository.working(feature, "items")))
        .contains("id=1 title=A phone=y", "id=6 title=f phone=x");
    repository.commit(feature, "items");
    assertThat(head()).contains("id=1 title=A phone=y", "id=6 title=f phone=x");
    assertThat(rows(former, before)).isEqualTo(old);
  }

  @Test
  void rulesAreKeptWhenTheTableIsClosedAndOpened() throws SQLException {
    // when
    run("ALTER TABLE items ALTER name DROP NOT NULL, ALTER n SET DEFAULT 8, ALTER n SET NOT NULL");
    run("ALTER TABLE items ADD CONSTRAINT small CHECK (n < 100)");
    run("ALTER TABLE items ADD UNIQUE (name)");
    run("CREATE INDEX items_by_n ON items (n)");
    run("INSERT INTO items (id) VALUES (4)");
    repository.commit(feature, "items");

    // then
    TableHandle table = repository.table(feature, "items");
    assertThat(table.schema().constraints()).extracting("name").contains("small", "items_name_key");
    assertThat(table.schema().indexes())
        .singleElement()
        .extracting("definition")
        .asString()
        .contains("items_by_n ON public.items USING");
    assertThat(repository.adapter.schemas(feature, List.of(repository.at(feature, "items"))))
        .isEmpty();
    assertThat(head()).contains("id=4 name=null n=8");

    // when
    repository.adapter.close(feature, List.of());

    // then
    run("INSERT INTO items (id, n) VALUES (5, 9)");

    // when
    repository.adapter.open(feature, List.of());

    // then
    assertThat(repository.adapter.schemas(feature, List.of(repository.at(feature, "items"))))
        .isEmpty();
    assertThatThrownBy(() -> run("INSERT INTO items (id, n) VALUES (6, 100)"))
        .hasMessageContaining("small");
    assertThatThrownBy(() -> run("INSERT INTO items (id, name) VALUES (6, 'a')"))
        .hasMessageContaining("items_name_key");
    run("INSERT INTO items (id) VALUES (6)");
    assertThat(seen()).contains(Arrays.asList("6", null, "8"));
    assertThat(
            repository.database.value(
                "SELECT count(*) FROM pg_indexes WHERE schemaname LIKE '%changed' AND indexname = 'items_by_n'"))
        .isEqualTo("1");

    // when
    run("ALTER TABLE items DROP CONSTRAINT small");
    run("DROP INDEX items_by_n");
    run("UPDATE items SET n = 1000 WHERE id = 1");
    repository.commit(feature, "items");

    // then
    assertThat(repository.table(feature, "items").schema().indexes()).isEmpty();
    assertThat(repository.table(feature, "items").schema().constraints())
        .extracting("name")
        .doesNotContain("small");
    assertThat(head()).contains("id=1 name=a n=1000");
  }

  private void assertOpen(boolean open) {
    assertThat(repository.adapter.opened(feature).tables())
        .singleElement()
        .satisfies(table -> assertThat(table.open()).as(table.reason()).isEqualTo(open));
  }

  @Test
  void aTableThatOnlyLostColumnsIsOpenedAgain() throws SQLException {
    // given
    run("ALTER TABLE items DROP COLUMN n");
    repository.commit(feature, "items");
    repository.adapter.close(feature, List.of());
    assertThat(names()).containsExactly("id", "name");
    run("INSERT INTO items (id, name) VALUES (4, 'd')");

    // when
    repository.adapter.open(feature, List.of());

    // then
    assertOpen(true);
    assertThat(names()).containsExactly("id", "name");
    assertThat(repository.adapter.schemas(feature, List.of(repository.at(feature, "items"))))
        .isEmpty();
    run("UPDATE items SET name = 'D' WHERE id = 4");
    repository.commit(feature, "items");
    assertThat(head()).containsExactly("id=1 name=a", "id=2 name=b", "id=3 name=c", "id=4 name=D");

    // when it is told of again, as when the server starts
    repository.adapter.close(feature, List.of());
    repository.adapter.putBranch(feature, Map.of("t1", repository.at(feature, "items")));
    repository.adapter.open(feature, List.of());

    // then
    assertOpen(true);
    assertThat(names()).containsExactly("id", "name");
  }

  @Test
  void aBranchKeepsItsSchemaWhenTheLiveTableChanges() throws SQLException {
    for (boolean open : List.of(false, true)) {
      // given
      if (!open) {
        repository.adapter.close(feature, List.of());
      }
      assertOpen(open);

      // when
      repository.database.execute(
          "ALTER TABLE items RENAME COLUMN name TO title",
          "ALTER TABLE items ADD COLUMN note text NOT NULL DEFAULT 'x'",
          "UPDATE items SET n = 100 WHERE id = 3");
      repository.commit(repository.main, "items");

      // then
      assertThat(names()).containsExactly("id", "name", "n");
      run("UPDATE items SET name = name || '!' WHERE id = 1");
      run("INSERT INTO items (id, name) VALUES (4, 'd')");
      assertThat(seen()).contains(List.of("3", "c", "3"), List.of("4", "d", "7"));
      repository.commit(feature, "items");
      assertThat(head()).contains("id=3 name=c n=3", "id=4 name=d n=7");

      // when
      repository.adapter.open(feature, List.of());

      // then
      assertOpen(true);
      assertThat(names()).containsExactly("id", "name", "n");
      run("DELETE FROM items WHERE id = 4");
      repository.commit(feature, "items");
      assertThat(head()).hasSize(3);

      // when the live table changes back
      repository.database.execute(
          "ALTER TABLE items RENAME COLUMN title TO name", "ALTER TABLE items DROP COLUMN note");
      repository.commit(repository.main, "items");
      repository.adapter.putBranch(feature, Map.of("t1", repository.at(feature, "items")));
      repository.adapter.open(feature, List.of());

      // then
      assertThat(names()).containsExactly("id", "name", "n");
      run("UPDATE items SET name = 'a' WHERE id = 1");
      repository.commit(feature, "items");
    }
  }

  @Test
  void numberedColumnsCountOnWhenTheTableIsClosedAndOpened() throws SQLException {
    // when
    run("ALTER TABLE items ADD COLUMN s serial, ADD COLUMN b bigserial");
    run("ALTER TABLE items ADD COLUMN i integer GENERATED BY DEFAULT AS IDENTITY (START WITH 10)");
    run("INSERT INTO items (id, name) VALUES (4, 'd')");
    repository.commit(feature, "items");

    // then
    assertThat(repository.adapter.schemas(feature, List.of(repository.at(feature, "items"))))
        .isEmpty();
    assertThat(repository.table(feature, "items").schema().columns().subList(3, 6))
        .extracting(
            column -> column.name() + " " + column.defaultExpression() + " " + column.identity())
        .containsExactly(
            "s nextval('public.items_s_seq'::regclass) null",
            "b nextval('public.items_b_seq'::regclass) null",
            "i null by default");
    assertThat(head().getLast()).isEqualTo("id=4 name=d n=7 s=4 b=4 i=13");

    // when
    repository.adapter.close(feature, List.of());
    run("INSERT INTO items (id, name) VALUES (5, 'e')");
    repository.adapter.open(feature, List.of());
    assertOpen(true);
    run("INSERT INTO items (id, name) VALUES (6, 'f')");
    BranchHandle other;
    repository.commit(feature, "items");
    other = repository.branch("other", feature);
    repository.write(other, "INSERT INTO items (id, name) VALUES (7, 'g')");
    run("INSERT INTO items (id, name) VALUES (8, 'h')");

    // then
    assertThat(seen())
        .contains(
            List.of("5", "e", "7", "5", "5", "14"),
            List.of("6", "f", "7", "6", "6", "15"),
            List.of("8", "h", "7", "8", "8", "17"));
    assertThat(rows(repository.table(other, "items"), repository.working(other, "items")))
        .contains("id=7 name=g n=7 s=7 b=7 i=16");
    repository.commit(feature, "items");

    // when the sequences are lost
    repository.adapter.close(feature, List.of());
    repository.database.execute("DROP SCHEMA epoch_new_t1 CASCADE");
    repository.adapter.putBranch(feature, Map.of("t1", repository.at(feature, "items")));
    repository.adapter.open(feature, List.of());

    // then
    assertOpen(true);
    run("INSERT INTO items (id, name) VALUES (9, 'i')");
    assertThat(seen()).contains(List.of("9", "i", "7", "9", "9", "18"));
    assertThat(
            repository.database.value(
                "SELECT string_agg(i::text, ' ' ORDER BY id) FROM items AS i"))
        .isEqualTo("(1,a,1) (2,b,2) (3,c,3)");
  }

  /** Nobody tells Epoch, and nobody looks. */
  @Test
  void columnsOfTheKeyAreRenamedAndOthersDropped() throws SQLException {
    // given
    repository.database.execute(
        "CREATE TABLE pairs (junk text, b integer, a integer, v text, PRIMARY KEY (a, b))",
        "INSERT INTO pairs VALUES ('j', 1, 1, 'x'), ('j', 2, 1, 'y'), ('j', 3, 1, 'z')",
        "CREATE TABLE notes (a integer, b integer, n integer PRIMARY KEY,"
            + " FOREIGN KEY (a, b) REFERENCES pairs ON UPDATE CASCADE ON DELETE SET NULL)",
        "INSERT INTO notes VALUES (1, 1, 1), (1, 2, 2)");
    repository.leaveTables();
    repository.install("pairs", "notes");
    BranchHandle branch = repository.branch("other", repository.main);
    repository.adapter.open(branch, List.of());
    run("SELECT epoch.use_branch('other')");

    // when
    run("ALTER TABLE pairs RENAME b TO left_part");
    run("INSERT INTO pairs VALUES ('j', 4, 1, 'n')");
    run("UPDATE pairs SET left_part = 20 WHERE left_part = 2");
    run("ALTER TABLE pairs DROP COLUMN junk");
    run("ALTER TABLE pairs RENAME a TO b");
    run("UPDATE pairs SET v = 'X' WHERE left_part = 1");
    run("INSERT INTO pairs VALUES (5, 1, 'o')");
    run("UPDATE pairs SET left_part = 50 WHERE left_part = 5");
    run("DELETE FROM pairs WHERE left_part = 3");
    run("ALTER TABLE notes RENAME n TO number");
    run("UPDATE notes SET number = 10 WHERE number = 1");
    repository.commit(branch, "pairs", "notes");

    // then
    assertThat(rows(repository.table(branch, "pairs"), repository.committed(branch, "pairs")))
        .containsExactlyInAnyOrder(
            "left_part=1 b=1 v=X",
            "left_part=20 b=1 v=y",
            "left_part=4 b=1 v=n",
            "left_part=50 b=1 v=o");
    assertThat(rows(repository.table(branch, "notes"), repository.committed(branch, "notes")))
        .containsExactlyInAnyOrder("a=1 b=1 number=10", "a=1 b=20 number=2");

    // when
    run("TRUNCATE pairs CASCADE");
    repository.commit(branch, "pairs", "notes");

    // then
    assertThat(rows(repository.table(branch, "pairs"), repository.committed(branch, "pairs")))
        .isEmpty();
    run("ALTER TABLE notes RENAME number TO n");
    run("INSERT INTO notes (n) VALUES (7)");
    run("TRUNCATE notes");
    run("INSERT INTO notes (n) VALUES (8)");
    repository.commit(branch, "notes");
    assertThat(rows(repository.table(branch, "notes"), repository.committed(branch, "notes")))
        .containsExactly("a=null b=null n=8");
  }

  @Test
  void theServerWritesRecordsAndTakesBackCommits() throws SQLException {
    // given
    run("ALTER TABLE items ADD phone text DEFAULT 'x'");
    run("ALTER TABLE items RENAME id TO key");
    // this role may not have an event trigger, and nobody has looked at the table
    run("INSERT INTO items (key, name) VALUES (4, 'd')");
    run("UPDATE items SET key = 30 WHERE key = 3");
    TableHandle table = working();
    assertThat(rows(table, repository.working(feature, "items")))
        .contains("key=4 name=d n=7 phone=x", "key=30 name=c n=3 phone=x");

    // when
    repository.adapter.write(
        feature,
        new BranchTable(table, repository.head(feature, "items")),
        List.of(
            new RowWrite.Upsert(Map.of("key", IntNode.valueOf(1), "phone", TextNode.valueOf("p")))),
        Optional.empty());

    // then
    assertThat(seen().getFirst()).containsExactly("1", "a", "1", "p");

    // when
    TableHandle former = repository.table(feature, "items");
    var commit = repository.commit(feature, "items");
    assertThat(head()).contains("key=1 name=a n=1 phone=p", "key=30 name=c n=3 phone=x");
    repository.adapter.revert(commit);

    // then it is uncommitted again
    assertThat(
            repository.adapter.schemas(
                feature,
                List.of(new BranchTable(former, commit.tables().getFirst().table().head()))))
        .hasSize(1);
  }
}
