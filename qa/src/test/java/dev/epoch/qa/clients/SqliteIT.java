package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that know SQLite and nothing of Epoch: on the database while it is versioned, and on the
 * file of a branch.
 */
@Timeout(120)
@ExtendWith(ClientServer.class)
class SqliteIT {
  private static final List<String> BOOKSHOP =
      List.of(
          "bookshop_author",
          "bookshop_book",
          "bookshop_book_tags",
          "bookshop_tag",
          "auth_group",
          "auth_group_permissions",
          "auth_permission",
          "auth_user",
          "auth_user_groups",
          "auth_user_user_permissions",
          "django_admin_log",
          "django_content_type",
          "django_migrations",
          "django_session");

  @TempDir Path folder;
  private ServerProcess server;
  private String repository;

  private Rest.Answer post(String path, String body) {
    return server.rest().post(inRepository(path), body);
  }

  private Rest.Answer get(String path) {
    return server.rest().get(inRepository(path));
  }

  private String inRepository(String path) {
    return path + (path.contains("?") ? "&" : "?") + "repository=" + repository;
  }

  /** A repository with tables of a file, and one commit. */
  private void register(ServerProcess running, String name, Path file, List<String> tables) {
    server = running;
    repository = name;
    server.rest().post("/repositories", "{\"name\": \"" + name + "\"}").ok();
    post(
            "/storage",
            "{\"name\": \"local\", \"backend\": \"sqlite\", \"config\": {\"path\": \"%s\"}}"
                .formatted(file))
        .ok();
    for (String table : tables) {
      post(
              "/tables",
              "{\"name\": \"%s\", \"storage_name\": \"local\", \"path\": \"%s\"}"
                  .formatted(table, table))
          .ok();
    }
    commit("main", "As it is").ok();
  }

  private Rest.Answer commit(String branch, String message) {
    return post(
        "/commits",
        "{\"branch\": \"%s\", \"message\": \"%s\", \"all\": true}".formatted(branch, message));
  }

  /** The file of a new branch. */
  private Path branch(String name) {
    post("/branches", "{\"name\": \"%s\"}".formatted(name)).ok();
    return Path.of(
        post("/branches/" + name + "/open", "{}").ok().path("places").path(0).textValue());
  }

  private void merge(String branch) {
    post("/branches/merge", "{\"source\": \"%s\", \"target\": \"main\"}".formatted(branch)).ok();
  }

  private static String python() {
    return Installed.python(List.of("sqlite3"), "python3");
  }

  private static List<String> rows(Path file, String... statements) {
    String program = Bookshop.PROGRAMS.resolve("sqlite/rows.py").toString();
    return new Shell(Bookshop.PROGRAMS, Map.of())
        .run(List.of(python(), "-B", program, file.toString()), String.join("\n", statements))
        .ok()
        .lines()
        .toList();
  }

  @Test
  void pythonAndTheShellOfSqlite(ServerProcess running) {
    // given
    Path file = folder.resolve("shop.db");
    rows(
        file,
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, photo BLOB, visits INTEGER NOT NULL DEFAULT 0)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, customer INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE, amount NUMERIC CHECK (amount >= 0), paid BOOLEAN NOT NULL DEFAULT 0)",
        "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT)",
        "CREATE INDEX by_customer ON orders (customer, paid)",
        "CREATE VIEW totals AS SELECT name, sum(amount) AS worth FROM customers JOIN orders ON customer = customers.id GROUP BY name",
        "CREATE TRIGGER paid AFTER UPDATE OF paid ON orders BEGIN INSERT INTO log (what) VALUES ('paid ' || NEW.id); END",
        "INSERT INTO customers (name) VALUES ('Ann'), ('Bob')",
        "INSERT INTO orders (customer, amount) VALUES (1, 10), (1, 20)");
    register(running, "sqlite_python", file, List.of("customers", "orders", "log"));
    Path branch = branch("x");
    assertThat(branch).isEqualTo(folder.resolve("shop.x.db"));

    // when
    String work = Bookshop.PROGRAMS.resolve("sqlite/work.py").toString();
    String seen =
        new Shell(Bookshop.PROGRAMS, Map.of())
            .run(List.of(python(), "-B", work, branch.toString()), "")
            .ok();
    Shell.Result shell =
        new Shell(folder, Map.of())
            .run(
                List.of(Installed.program("sqlite3", "sqlite3"), "-bail", branch.toString()),
                ".tables\nINSERT INTO customers (name) VALUES ('Eve') ON CONFLICT DO NOTHING;\n"
                    + "PRAGMA integrity_check;\nVACUUM;\n");

    // then
    assertThat(seen.strip()).isEqualTo("1 10, 2 20, 3 9.5");
    assertThat(shell.ok()).contains("customers", "totals", "ok");
    assertThat(rows(file, "SELECT id, name FROM customers")).containsExactly("1|Ann", "2|Bob");
    assertThat(get("/status?branch=x").ok().path("unstaged").toString())
        .contains("customers", "orders", "log");
    commit("x", "Work of Python").ok();
    rows(
        file,
        "UPDATE customers SET visits = 5 WHERE name = 'ann'",
        "DELETE FROM orders WHERE id = 2");
    Rest.Answer conflicting = post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}");
    assertThat(conflicting.status()).isEqualTo(409);
    post("/conflicts/resolve", "{\"branch\": \"main\", \"resolution\": \"theirs\"}").ok();
    post("/branches/merge/continue", "{\"branch\": \"main\"}").ok();
    assertThat(
            rows(
                file,
                "SELECT id, name, hex(photo), visits FROM customers ORDER BY id",
                "SELECT id, amount, paid FROM orders ORDER BY id"))
        .containsExactly("1|Ann||1", "3|Cid|00FF|0", "9|BOB||0", "10|Eve||0", "1|10|1", "3|9.5|0");
  }

  @Test
  void djangoWorksOnABranchAndRebuildsTables(ServerProcess running) {
    // given an application whose migrations were applied on live
    String python = Installed.python(List.of("django"), "python3-django");
    Path file = folder.resolve("books.db");
    Path programs = Bookshop.PROGRAMS.resolve("django");
    Map<String, String> live = Map.of("DATABASE_URL", "sqlite://" + file);
    List<String> migrate = List.of(python, "-B", "manage.py", "migrate");
    new Shell(programs, live).run(migrate, "").ok();
    new Shell(programs, live).run(List.of(python, "-B", "seed.py"), "").ok();
    register(running, "sqlite_django", file, BOOKSHOP);
    Path branch = branch("x");

    // when
    Map<String, String> onBranch = Map.of("DATABASE_URL", "sqlite://" + branch);
    String seen =
        new Shell(programs, onBranch).run(List.of(python, "-B", "sqlite_work.py"), "").ok().strip();

    // then
    assertThat(seen).isEqualTo("3 6 3");
    String authors = "SELECT name, born FROM bookshop_author ORDER BY id";
    assertThat(rows(file, authors))
        .containsExactly("Herman Melville|1819-08-01", "Leo Tolstoy|1828-09-09", "Anonymous|");
    commit("x", "A day in the shop").ok();
    merge("x");
    assertThat(rows(file, authors))
        .containsExactly("Herman Melville|1819-08-01", "Anonymous|1700-01-01", "Jules Verne|");

    // when: Django makes tables anew on live, their triggers go with them, and a row comes
    String head = get("/commits/main").ok().path("id").textValue();
    Map<String, String> later =
        Map.of("DATABASE_URL", "sqlite://" + file, "BOOKSHOP_MIGRATIONS", "bookshop.later");
    assertThat(new Shell(programs, later).run(migrate, "").ok())
        .contains("Applying bookshop.0002_languages... OK");

    // then: no commit is made of what would make the last one another
    assertThat(get("/status?branch=main").ok().path("uncaptured").toString())
        .contains("bookshop_author", "bookshop_book");
    Rest.Answer wrong = commit("main", "Languages");
    assertThat(wrong.status()).isEqualTo(409);
    assertThat(wrong.text()).contains("bookshop_author");
    rows(file, "DELETE FROM bookshop_author WHERE name = 'Karl May'");
    String migrated = commit("main", "Languages").ok().path("id").textValue();
    rows(file, "UPDATE bookshop_author SET language = 'xx'");
    assertThat(get("/tables/bookshop_author/records?ref=" + migrated).ok().toString())
        .contains("\"language\":\"en\"")
        .doesNotContain("\"xx\"");
    assertThat(get("/tables/bookshop_author/records?ref=" + head).ok().path("records")).hasSize(3);

    // when: on the branch, which holds rows alone
    Map<String, String> laterOnBranch =
        Map.of("DATABASE_URL", "sqlite://" + branch, "BOOKSHOP_MIGRATIONS", "bookshop.later");
    new Shell(programs, laterOnBranch).run(migrate, "").ok();
    Rest.Answer refused = commit("x", "Languages");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text()).contains("another shape in workspace file", "language");
  }
}
