package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.row.Row;
import dev.epoch.storage.BranchHandle;
import dev.epoch.storage.BranchTable;
import dev.epoch.storage.RowQuery;
import dev.epoch.storage.RowWrite;
import dev.epoch.storage.TableChangedException;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TableState;
import dev.epoch.storage.postgres.TestRepository;
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

  @Test
  void theServerWritesRecordsAndTakesBackCommits() throws SQLException {
    // given
    run("ALTER TABLE items ADD phone text DEFAULT 'x'");
    run("ALTER TABLE items RENAME id TO key");
    // this role may not have an event trigger: the key has its new name when somebody has looked
    assertThatThrownBy(() -> run("INSERT INTO items (key, name) VALUES (4, 'd')"))
        .hasMessageContaining("new_rows.id");
    working();
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
