package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.storage.Removal;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.OwnerIsNoSuperuser;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables that sessions make on a branch. */
class NewTableTest {
  private static final String NOTES =
      "CREATE TABLE notes (id serial PRIMARY KEY, item integer REFERENCES items, body text NOT NULL"
          + " DEFAULT 'none', CONSTRAINT notes_body_check CHECK (body <> ''),"
          + " CONSTRAINT notes_once UNIQUE (item, body))";

  private TestRepository repository;
  private BranchHandle feature;
  private Connection session;

  @BeforeEach
  void start() throws SQLException {
    repository =
        new TestRepository(
            "CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL)",
            "INSERT INTO items VALUES (1, 'a'), (2, 'b')");
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

  private void run(String... statements) throws SQLException {
    try (Statement statement = session.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private List<List<String>> seen(String sql) {
    return TestDatabase.rows(session, sql);
  }

  private List<String> made() {
    return repository.adapter.ownTables().orElseThrow().made(feature);
  }

  private List<String> rows(TableHandle table, TableState state) {
    return TestRepository.list(repository.adapter.rows(table, state, RowQuery.page(null, 99)))
        .stream()
        .map(Row::toString)
        .toList();
  }

  private TableHandle working() {
    TableHandle table = repository.table(feature, "notes");
    return repository
        .adapter
        .schemas(feature, List.of(repository.at(feature, "notes")))
        .values()
        .stream()
        .findFirst()
        .map(table::with)
        .orElse(table);
  }

  private static List<String> constraints(TableSchema schema) {
    return schema.constraints().stream()
        .filter(constraint -> constraint.kind() != Constraint.Kind.NOT_NULL)
        .map(Constraint::name)
        .toList();
  }

  @Test
  void aTableWithoutAPrimaryKeyIsAdoptedByAKey() throws SQLException {
    // given what Liquibase makes
    run(
        "CREATE TABLE log (id varchar(255) NOT NULL, author varchar(255) NOT NULL,"
            + " filename varchar(255) NOT NULL, tag varchar(255))",
        "INSERT INTO log VALUES ('1', 'a', 'f', 'x'), ('2', 'a', 'f', NULL)");

    // when, then
    assertThatThrownBy(() -> repository.adopt(feature, "log"))
        .isInstanceOf(NoPrimaryKeyException.class)
        .hasMessageContaining("no primary key");
    assertThatThrownBy(() -> repository.adopt(feature, "log", "author"))
        .hasMessageContaining("(author)");
    assertThatThrownBy(() -> repository.adopt(feature, "log", "tag")).hasMessageContaining("tag");
    TableHandle log = repository.adopt(feature, "log", "id", "author", "filename");
    assertThat(log.schema().primaryKey()).containsExactly("id", "author", "filename");
    assertThat(rows(log, repository.working(feature, "log"))).hasSize(2);

    // when
    repository.commit(feature, "log");
    run("INSERT INTO log VALUES ('3', 'a', 'f', NULL)", "UPDATE log SET tag = 'y' WHERE id = '1'");
    assertThatThrownBy(() -> run("INSERT INTO log VALUES ('3', 'a', 'f', 'again')"))
        .hasMessageContaining("duplicate key");
    assertThat(rows(log, repository.committed(feature, "log"))).hasSize(2);
    repository.commit(feature, "log");

    // then
    assertThat(rows(log, repository.committed(feature, "log"))).hasSize(3);
    repository.adapter.close(feature, List.of(log));
    assertThat(seen("SELECT count(*) FROM log")).containsExactly(List.of("3"));
    assertThatThrownBy(() -> run("INSERT INTO log VALUES ('3', 'a', 'f', 'again')"))
        .hasMessageContaining("duplicate key");
    run("INSERT INTO log VALUES ('4', 'a', 'f', NULL)");
    repository.adapter.open(feature, List.of(log));
    assertThat(rows(log, repository.working(feature, "log"))).hasSize(4);
  }

  @Test
  void aTableIsMadeAdoptedCommittedClosedAndOpenedAgain() throws SQLException {
    // when
    run(NOTES, "CREATE INDEX notes_body ON notes (lower(body))");
    run("INSERT INTO notes (item, body) VALUES (1, 'x'), (2, 'y')");

    // then it is the branch's own
    assertThat(made()).containsExactly("notes");
    assertThat(repository.database.value("SELECT to_regclass('public.notes')")).isNull();

    // when
    TableHandle table = repository.adopt(feature, "notes");

    // then its rows and its reference are not committed
    assertThat(made()).isEmpty();
    assertThat(constraints(table.schema()))
        .containsExactly("notes_body_check", "notes_once", "notes_pkey");
    assertThat(table.schema().column("id").orElseThrow().defaultExpression())
        .isEqualTo("nextval('public.notes_id_seq'::regclass)");
    assertThat(table.schema().indexes())
        .singleElement()
        .satisfies(index -> assertThat(index.definition()).contains(" ON public.notes "));
    assertThat(rows(table, repository.committed(feature, "notes"))).isEmpty();
    assertThat(rows(working(), repository.working(feature, "notes"))).hasSize(2);
    assertThat(constraints(working().schema())).contains("notes_item_fkey");
    assertThat(
            working().schema().constraints().stream()
                .filter(constraint -> constraint.name().equals("notes_item_fkey")))
        .singleElement()
        .satisfies(key -> {
          assertThat(key.referencesTable()).isEqualTo("public.items");
          assertThat(key.definition()).contains("REFERENCES public.items(id)");
        });
    assertThat(
            repository
                .adapter
                .pending(feature, List.of(repository.at(feature, "notes")))
                .get(table.id()))
        .satisfies(pending -> assertThat(pending.inserted()).isEqualTo(2));

    // when
    repository.commit(feature, "notes");
    run("INSERT INTO notes (item, body) VALUES (1, 'z')", "DELETE FROM notes WHERE body = 'x'");

    // then
    table = repository.table(feature, "notes");
    assertThat(constraints(table.schema()))
        .containsExactly("notes_body_check", "notes_item_fkey", "notes_once", "notes_pkey");
    assertThat(rows(table, repository.committed(feature, "notes"))).hasSize(2);
    assertThat(rows(table, repository.working(feature, "notes"))).hasSize(2);
    assertThat(seen("SELECT id, body FROM notes ORDER BY id"))
        .containsExactly(List.of("2", "y"), List.of("3", "z"));

    // when it is closed and opened again
    repository.adapter.close(feature, List.of());
    assertThat(seen("SELECT relkind FROM pg_class WHERE oid = 'notes'::regclass"))
        .containsExactly(List.of("v"));
    run("INSERT INTO notes (item, body) VALUES (2, 'w')");
    repository.commit(feature, "notes");
    repository.adapter.open(feature, List.of());

    // then it is what it was
    assertThat(seen("SELECT relkind FROM pg_class WHERE oid = 'notes'::regclass"))
        .containsExactly(List.of("r"));
    assertThat(seen("SELECT id, body FROM notes ORDER BY id"))
        .containsExactly(List.of("2", "y"), List.of("3", "z"), List.of("4", "w"));
    assertThat(rows(repository.table(feature, "notes"), repository.committed(feature, "notes")))
        .hasSize(3);
    assertThat(
            seen(
                "SELECT conname FROM pg_constraint WHERE conrelid = 'notes'::regclass AND contype <> 'n' ORDER BY 1"))
        .extracting(List::getFirst)
        .containsExactly("notes_body_check", "notes_item_fkey", "notes_once", "notes_pkey");
    assertThat(
            seen(
                "SELECT indexname FROM pg_indexes WHERE tablename = 'notes' AND schemaname LIKE '%changed' ORDER BY 1"))
        .extracting(List::getFirst)
        .containsExactly("notes_body", "notes_once", "notes_pkey");
    assertThat(repository.adapter.schemas(feature, List.of(repository.at(feature, "notes"))))
        .isEmpty();
  }

  @Test
  void identitiesAreSharedWithBranchesOfTheBranch() throws SQLException {
    // given
    run("CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)");
    run("INSERT INTO notes (body) VALUES ('x'), ('y')");
    TableHandle table = repository.adopt(feature, "notes");
    assertThat(table.schema().column("id").orElseThrow().identity()).isEqualTo("always");
    run("INSERT INTO notes (body) VALUES ('z')");
    repository.commit(feature, "notes");

    // when
    BranchHandle second = repository.branch("second", feature);
    repository.write(second, "INSERT INTO notes (body) VALUES ('s')");
    run("INSERT INTO notes (body) VALUES ('f')");

    // then
    assertThat(rows(table, repository.working(second, "notes"))).hasSize(4);
    assertThat(seen("SELECT id, body FROM notes ORDER BY id"))
        .containsExactly(
            List.of("1", "x"), List.of("2", "y"), List.of("3", "z"), List.of("5", "f"));
    assertThat(repository.adapter.schemas(feature, List.of(repository.at(feature, "notes"))))
        .isEmpty();
  }

  @Test
  void aRegistrationThatIsUndoneLeavesTheTableToTheBranch() throws SQLException {
    // given
    run(NOTES, "INSERT INTO notes (item, body) VALUES (1, 'x')");
    TableHandle table = repository.adopt(feature, "notes");

    // when
    repository.adapter.remove(table, Removal.OF_EVERYTHING);
    repository.adapter.remove(table, Removal.OF_EVERYTHING);

    // then
    assertThat(made()).containsExactly("notes");
    run("INSERT INTO notes (item, body) VALUES (2, 'y')");
    assertThat(seen("SELECT id, body FROM notes ORDER BY id"))
        .containsExactly(List.of("1", "x"), List.of("2", "y"));
    assertThat(
            repository.database.value(
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'epoch_new%'"))
        .isEqualTo("0");
    assertThat(seen("SELECT pg_get_serial_sequence('notes', 'id')").getFirst().getFirst())
        .endsWith("_changed.notes_id_seq");

    // when it is registered again
    repository.adopt(feature, "notes");
    assertThat(rows(working(), repository.working(feature, "notes"))).hasSize(2);
  }

  @OwnerIsNoSuperuser
  @Test
  void whatTheBranchHasIsNotHidden() throws SQLException {
    // given a branch that has not opened the table
    repository.branch("second", repository.main);
    run("SELECT epoch.use_branch('second')");

    // when somebody hides it, where no event trigger can tell
    run("CREATE TABLE items (id integer)");

    // then
    assertThat(repository.database.rows("SELECT epoch.hiding_relations('bsecond')")).hasSize(1);
    assertThatThrownBy(() -> run("SELECT epoch.use_branch('second')"))
        .hasMessageContaining("hides what the branch has");
    run("DROP TABLE items", "SELECT epoch.use_branch('second')");

    // when
    run("SELECT epoch.use_branch('feature')");
    assertThatThrownBy(() -> run("CREATE TABLE items (id integer)"))
        .hasMessageContaining("already exists");
    run("CREATE TABLE bare (body text)");
    assertThatThrownBy(() -> repository.adopt(feature, "bare"))
        .isInstanceOf(NoPrimaryKeyException.class)
        .hasMessageContaining("no primary key");

    // when
    repository.adapter.dropBranch(feature);

    // then
    assertThat(repository.database.value("SELECT count(*) FROM pg_class WHERE relname = 'bare'"))
        .isEqualTo("0");
  }
}
