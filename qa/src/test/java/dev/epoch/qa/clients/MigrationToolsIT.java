package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.qa.clients.Bookshop.Way;
import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shell;
import dev.epoch.qa.process.Shop;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
    List<String> work = List.of(python, "-B", "later_work.py");
    assertThat(new Shell(folder, branch).run(work, "").ok()).isEqualToIgnoringNewLines("4 3 1");
    assertThat(database.rows(columns)).isEqualTo(before);
    assertThat(database.rows("SELECT to_regclass('bookshop_review')")).containsExactly("null");
    shop.post("/tables", "{\"name\": \"bookshop_review\", \"branch\": \"feature/x\"}").ok();
    merge(shop);
    assertThat(database.rows("SELECT id, stars FROM bookshop_review")).containsExactly("1|5");
    assertThat(database.rows(RULES.formatted("bookshop_review")))
        .hasSize(4)
        .anyMatch(name -> name.startsWith("bookshop_review_book_id_"))
        .anyMatch(name -> name.startsWith("bookshop_review_stars_"));
    assertThat(new Shell(folder, later).run(migrate, "").ok()).contains("No migrations to apply");
    assertThat(new Shell(folder, later).run(work, "").ok()).isEqualToIgnoringNewLines("4 3 1");
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

  /** Runs the migrations up to a version; tells how many that were. */
  private static int flyway(String url, Database database, String schema, String version) {
    return Flyway.configure()
        .dataSource(url, database.user(), database.password())
        .defaultSchema(schema)
        .locations("filesystem:" + Bookshop.PROGRAMS.resolve("flyway"))
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .target(version)
        .load()
        .migrate()
        .migrationsExecuted;
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void flyway(Way way, ServerProcess server) throws Exception {
    // given
    Database database = bookshop(server, "update_flyway" + way.ordinal());
    assertThat(flyway(jdbc(database, null), database, "public", "1")).isOne();
    Shop shop = branched(server, database, Map.of());
    String options = options(database);
    List<String> before = database.rows(BOOKSHOP);

    // when
    String url =
        way == Way.GATEWAY
            ? jdbc(server.onBranch(database, "feature/x"), null)
            : jdbc(database, options);
    int done = flyway(url, database, schema(database, options), "2");

    // then
    assertThat(done).isOne();
    assertThat(database.rows(BOOKSHOP)).isEqualTo(before);
    merge(shop);
    assertMigrated(database);
    assertThat(flyway(jdbc(database, null), database, "public", "2")).isZero();
    assertThat(database.rows("SELECT version FROM flyway_schema_history ORDER BY installed_rank"))
        .containsExactly("0", "1", "2");
  }

  /**
   * Runs change sets.
   *
   * @param most how many
   */
  private static void liquibase(String url, Database database, String schema, int most)
      throws Exception {
    try (Connection session =
        DriverManager.getConnection(url, database.user(), database.password())) {
      liquibase.database.Database over =
          DatabaseFactory.getInstance()
              .findCorrectDatabaseImplementation(new JdbcConnection(session));
      over.setDefaultSchemaName(schema);
      try (Liquibase liquibase =
          new Liquibase(
              "changes.sql",
              new DirectoryResourceAccessor(Bookshop.PROGRAMS.resolve("liquibase")),
              over)) {
        liquibase.update(most, "");
      }
    }
  }

  @Test
  void liquibase(ServerProcess server) throws Exception {
    // given
    Database database = bookshop(server, "update_liquibase");
    liquibase(jdbc(database, null), database, "public", 1);
    Shop shop =
        branched(
            server, database, Map.of("databasechangelog", List.of("id", "author", "filename")));
    String options = options(database);
    List<String> before = database.rows(BOOKSHOP);

    // when
    liquibase(jdbc(database, options), database, schema(database, options), 5);

    // then
    assertThat(database.rows(BOOKSHOP)).isEqualTo(before);
    merge(shop);
    assertMigrated(database);
    liquibase(jdbc(database, null), database, "public", 5);
    assertThat(database.rows("SELECT id FROM databasechangelog ORDER BY orderexecuted"))
        .containsExactly("start", "phones");
  }

  /**
   * @param options of the sessions, null for none
   */
  private static String jdbc(Database database, String options) {
    return "jdbc:postgresql://%s:%d/%s%s"
        .formatted(
            database.host(),
            database.port(),
            database.name().replace("/", "%2F"),
            options == null
                ? ""
                : "?options=" + URLEncoder.encode(options, StandardCharsets.UTF_8));
  }

  /** Where the open tables of the branch are. */
  private static String schema(Database database, String options) throws SQLException {
    try (Connection session =
            DriverManager.getConnection(
                jdbc(database, options), database.user(), database.password());
        ResultSet found =
            session
                .createStatement()
                .executeQuery(
                    "SELECT relnamespace::regnamespace FROM pg_class WHERE oid = 'authors'::regclass")) {
      found.next();
      return found.getString(1);
    }
  }

  private static void assertMigrated(Database database) throws SQLException {
    assertThat(database.rows(BOOKSHOP))
        .containsExactly(
            "authors|id integer, name text, about jsonb, created_at timestamp with time zone,"
                + " phone character varying(20)",
            "books|id bigint, author_id integer, title text, price numeric(8,2), shelf shelf,"
                + " keywords text[]");
    assertThat(database.rows(RULES.formatted("books"))).contains("books_by_title");
    assertThat(database.rows("SELECT name, phone FROM authors ORDER BY id"))
        .containsExactly("Herman Melville|none", "Leo Tolstoy|123", "Anonymous|none");
  }
}
