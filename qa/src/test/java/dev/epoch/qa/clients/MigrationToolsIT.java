package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The clients' own migration tools alter tables of a branch: live does not notice, and has it all
 * when the branch is merged.
 */
@Tag("nightly")
@Timeout(180)
@ExtendWith(ClientServer.class)
class MigrationToolsIT {

  private static final String COLUMNS =
      """
      SELECT attrelid::regclass, string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
      FROM pg_attribute
      WHERE attrelid IN ('%s'::regclass, '%s'::regclass) AND attnum > 0 AND NOT attisdropped
      GROUP BY 1 ORDER BY 1
      """;
  private static final String RULES =
      """
      SELECT conname FROM pg_constraint WHERE conrelid = '%1$s'::regclass AND contype <> 'n'
      UNION ALL SELECT indexrelid::regclass::name FROM pg_index WHERE indrelid = '%1$s'::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
      ORDER BY 1
      """;
  private static final String BOOKSHOP = COLUMNS.formatted("authors", "books");

  private static Database bookshop(ServerProcess server, String name) throws Exception {
    Database database = server.database().create(name);
    database.execute(Files.readString(Bookshop.PROGRAMS.resolve("bookshop.sql")));
    return database;
  }

  private static Shop branched(
      ServerProcess server, Database database, Map<String, List<String>> keys) throws SQLException {
    Shop shop = Shop.over(server, database, keys);
    shop.branch("feature/x", "main");
    shop.open("feature/x");
    return shop;
  }

  private static String options(Database database) throws SQLException {
    return database.rows("SELECT epoch.branch_options('feature/x')").getFirst();
  }

  private static void merge(Shop shop) {
    shop.commit("feature/x", "Migrated");
    shop.post(
            "/branches/merge",
            "{\"source\": \"feature/x\", \"target\": \"main\", \"allow_destructive\": true}")
        .ok();
  }

  /** Another entity of the table of authors, with a column that the table has not yet. */
  @Entity(name = "Author")
  @Table(name = "authors")
  static class AuthorWithPhone {
    @Id Integer id;
    String name;
    String phone;
  }

  private static SessionFactory hibernate(Database database, String mode, String options) {
    Configuration configuration = new Configuration().addAnnotatedClass(AuthorWithPhone.class);
    configuration.setProperty(
        "hibernate.connection.url",
        "jdbc:postgresql://%s:%d/%s".formatted(database.host(), database.port(), database.name()));
    configuration.setProperty("hibernate.connection.username", database.user());
    configuration.setProperty("hibernate.connection.password", database.password());
    configuration.setProperty("hibernate.connection.options", options);
    configuration.setProperty("hibernate.hbm2ddl.auto", mode);
    return configuration.buildSessionFactory();
  }

  @Test
  void hibernateUpdatesAndValidates(ServerProcess server) throws Exception {
    // given
    Database database = bookshop(server, "update_hibernate");
    Shop shop = branched(server, database, Map.of());
    String options = options(database);
    String live = "-c search_path=public";
    assertThatThrownBy(() -> hibernate(database, "validate", options).close())
        .hasMessageContaining("phone");

    // when
    try (SessionFactory sessions = hibernate(database, "update", options)) {
      sessions.inTransaction(session -> session.find(AuthorWithPhone.class, 1).phone = "123");
    }

    // then
    hibernate(database, "validate", options).close();
    assertThatThrownBy(() -> hibernate(database, "validate", live).close())
        .hasMessageContaining("phone");
    merge(shop);
    hibernate(database, "validate", live).close();
    assertThat(database.rows("SELECT id, phone FROM authors ORDER BY id"))
        .containsExactly("1|123", "2|null", "3|null");
  }

  @Test
  void django(ServerProcess server) throws Exception {
    // given
    String python =
        Installed.python(List.of("django", "psycopg2"), "python3-django python3-psycopg2");
    Database database = server.database().create("update_django");
    Path folder = Bookshop.PROGRAMS.resolve("django");
    List<String> migrate = List.of(python, "-B", "manage.py", "migrate");
    Map<String, String> live = Map.of("DATABASE_URL", database.url());
    new Shell(folder, live).run(migrate, "").ok();
    new Shell(folder, live).run(List.of(python, "-B", "seed.py"), "").ok();
    Shop shop = branched(server, database, Map.of());
    String columns = COLUMNS.formatted("bookshop_author", "bookshop_book");
    List<String> before = database.rows(columns);
    Map<String, String> later = new HashMap<>(live);
    later.put("BOOKSHOP_MIGRATIONS", "bookshop.later");
    Map<String, String> branch = new HashMap<>(later);
    branch.put("EPOCH_BRANCH", "feature/x");

    // when
    String migrated = new Shell(folder, branch).run(migrate, "").ok();

    // then
    assertThat(migrated).contains("Applying bookshop.0002_languages... OK");
    assertThat(database.rows(columns)).isEqualTo(before);
    merge(shop);
    assertThat(new Shell(folder, later).run(migrate, "").ok()).contains("No migrations to apply");
    assertThat(database.rows(columns))
        .containsExactly(
            "bookshop_author|id bigint, name character varying(100), notes jsonb,"
                + " changed_at timestamp with time zone, language character varying(2)",
            "bookshop_book|id bigint, title character varying(300), price numeric(10,2),"
                + " author_id bigint, first_id bigint");
    assertThat(database.rows(RULES.formatted("bookshop_book")))
        .contains("one_price", "books_by_title")
        .anyMatch(name -> name.startsWith("bookshop_book_first_id_"));
    assertThat(database.rows("SELECT name, language FROM bookshop_author ORDER BY id"))
        .containsExactly("Herman Melville|en", "Leo Tolstoy|ru", "Anonymous|en", "Karl May|de");
  }

  @Test
  void activeRecord(ServerProcess server) throws Exception {
    // given
    String ruby = Installed.ruby(List.of("active_record", "pg"), "ruby-activerecord ruby-pg");
    Database database = bookshop(server, "update_activerecord");
    Map<String, String> live = Map.of("DATABASE_URL", database.url());
    String program = "activerecord/migrate.rb";
    new Shell(Bookshop.PROGRAMS, live).run(List.of(ruby, program, "1"), "").ok();
    Shop shop = branched(server, database, Map.of());
    List<String> before = database.rows(BOOKSHOP);
    Map<String, String> branch = new HashMap<>(live);
    branch.put("BRANCH_OPTIONS", options(database));

    // when
    new Shell(Bookshop.PROGRAMS, branch).run(List.of(ruby, program, "2"), "").ok();

    // then
    assertThat(database.rows(BOOKSHOP)).isEqualTo(before);
    merge(shop);
    new Shell(Bookshop.PROGRAMS, live).run(List.of(ruby, program, "2"), "").ok();
    assertThat(database.rows("SELECT version FROM schema_migrations ORDER BY 1"))
        .containsExactly("1", "2");
    assertThat(database.rows("SELECT name, phone FROM authors ORDER BY id"))
        .containsExactly("Herman Melville|none", "Leo Tolstoy|123", "Anonymous|none");
  }
}
