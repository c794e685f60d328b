package dev.epoch.storage.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.PostgresTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns that the database raises with each update, and their neighbours that it does not. */
class RaisedColumnsTest {
  private static PostgresTest postgres;

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @BeforeEach
  void empty() {
    postgres.sql.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // column | trigger | what its function does | whether it is one
        "touched timestamptz       | BEFORE UPDATE           | NEW.touched := now()                          | true",
        "touched timestamptz       | BEFORE INSERT OR UPDATE | NEW.touched = CURRENT_TIMESTAMP               | true",
        "touched timestamp         | BEFORE UPDATE           | new.touched := clock_timestamp()              | true",
        "touched timestamp         | BEFORE UPDATE           | NEW.touched = timezone('utc', now())          | true",
        "touched date              | BEFORE UPDATE           | NEW.touched := current_date                   | true",
        "\"last seen\" timestamptz | BEFORE UPDATE           | NEW.\"last seen\" := pg_catalog.now()         | true",
        "version int               | BEFORE UPDATE           | NEW.version := OLD.version + 1                | true",
        "version bigint            | BEFORE UPDATE           | NEW.version = coalesce(OLD.version, 0) + 1    | true",
        "n numeric                 | BEFORE UPDATE           | NEW.n := NEW.n + 1                            | true",
        "updated_at timestamptz DEFAULT now() ||| true",
        "updated_at timestamp DEFAULT CURRENT_TIMESTAMP ||| true",
        "last_modified timestamptz DEFAULT now() ||| true",
        "\"updatedAt\" timestamptz DEFAULT now() ||| true",
        // not
        "updated_at timestamptz ||| false",
        "created_at timestamptz DEFAULT now() ||| false",
        "updated_by text DEFAULT now() ||| false",
        "touched timestamptz       | BEFORE INSERT           | NEW.touched := now()                          | false",
        "touched timestamptz       | AFTER UPDATE            | NEW.touched := now()                          | false",
        "touched timestamptz       | BEFORE UPDATE           | NEW.touched := OLD.touched                    | false",
        "touched timestamptz       | BEFORE UPDATE           | NEW.touched_by := now()                       | false",
        "touched text              | BEFORE UPDATE           | NEW.touched := now()                          | false",
        "version int               | BEFORE UPDATE           | NEW.version := OLD.other + 1                  | false",
        "version int               | BEFORE UPDATE           | NEW.version := 1                              | false"
      })
  void areThoseThatATriggerSets(String column, String trigger, String sets, boolean raised) {
    // given
    postgres.sql.execute(
        "CREATE TABLE t (id int PRIMARY KEY, touched_by timestamptz, other int, " + column + ")");
    if (trigger != null) {
      postgres.sql.execute(
          "CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
              + sets
              + "; RETURN NEW; END $$",
          "CREATE TRIGGER sets " + trigger + " ON t FOR EACH ROW EXECUTE FUNCTION sets()");
    }

    // then
    List<String> found =
        postgres.database.read(session ->
            Introspector.introspect(session, new TablePath("public", "t"), List.of()).raised());
    String name = column.startsWith("\"") ? column.split("\"")[1] : column.split(" ")[0];
    assertThat(found.contains(name)).as("%s in %s", name, found).isEqualTo(raised);
  }
}
