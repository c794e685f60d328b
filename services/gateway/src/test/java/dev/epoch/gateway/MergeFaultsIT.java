package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.WriteRefusedException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What ends a merge at its first try, with the error as it is: what a trigger says, and faults of
 * Epoch's own statements. Neither asks to merge again.
 */
class MergeFaultsIT extends SchemaScene {
  /** Each fails with a code that also says "your statement is stale". */
  record Faulty(String code, List<String> live, String message) {
    @Override
    public String toString() {
      return code;
    }
  }

  static final List<Faulty> TRIGGERS =
      List.of(
          new Faulty(
              "42703 of C",
              List.of(
                  "CREATE TRIGGER tsv BEFORE INSERT OR UPDATE ON t FOR EACH ROW"
                      + " EXECUTE FUNCTION tsvector_update_trigger(found, 'pg_catalog.english', missing)"),
              "column \"missing\" does not exist"),
          new Faulty(
              "42703 of PL/pgSQL",
              List.of(
                  "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS"
                      + " $$ BEGIN PERFORM missing FROM t; RETURN NEW; END $$",
                  "CREATE TRIGGER tsv BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fails()"),
              "column \"missing\" does not exist"),
          new Faulty(
              "42P01 of PL/pgSQL",
              List.of(
                  "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS"
                      + " $$ BEGIN PERFORM 1 FROM epoch.missing; RETURN NEW; END $$",
                  "CREATE TRIGGER tsv BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fails()"),
              "relation \"epoch.missing\" does not exist"),
          new Faulty(
              "42703 of SQL",
              List.of(
                  "SET check_function_bodies = off",
                  "CREATE FUNCTION misses() RETURNS int LANGUAGE sql AS 'SELECT missing FROM t'",
                  "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS"
                      + " $$ BEGIN PERFORM misses(); RETURN NEW; END $$",
                  "CREATE TRIGGER tsv BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fails()"),
              "column \"missing\" does not exist"));

  @ParameterizedTest
  @FieldSource("TRIGGERS")
  void anErrorOfATriggerIsToldAsItIsOnce(Faulty faulty) throws SQLException {
    // given
    test.database.execute("ALTER TABLE t ADD found tsvector", "UPDATE t SET found = ''");
    test.commit("main", "a column");
    test.branch("y", "main");
    test.onBranch("y", "UPDATE t SET name = 'y' WHERE id = 1");
    test.commit("y", "a row");
    test.database.execute(
        "CREATE SEQUENCE tries",
        "CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM nextval('public.tries'); RETURN NEW; END $$",
        "CREATE TRIGGER a BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION counts()");
    test.database.execute(faulty.live().toArray(String[]::new));

    // when
    assertThatThrownBy(() -> test.merge("y", "main"))
        .isInstanceOfSatisfying(
            WriteRefusedException.class,
            refused -> assertThat(refused.remedy()).doesNotContain("again"))
        .hasMessageContaining(faulty.message());

    // then
    assertThat(live("SELECT last_value, is_called FROM tries"))
        .containsExactly("last_value=1 is_called=t");
    assertThat(live("SELECT name FROM t WHERE id = 1")).containsExactly("name=a");
    assertRecorded("main");
  }

  @Test
  void aFaultOfEpochsOwnStatementSaysThatItIsOne() throws SQLException {
    // given
    test.onBranch("x", "UPDATE t SET name = 'x' WHERE id = 1");
    test.commit("x", "a row");
    String history =
        live("SELECT tablename FROM pg_tables WHERE schemaname = 'epoch' AND tablename LIKE 't\\_\\_h\\_%'")
            .getFirst()
            .substring("tablename=".length());
    test.database.execute("ALTER TABLE epoch." + history + " RENAME epoch_from TO epoch_other");

    // when / then
    assertThatThrownBy(() -> test.merge("x", "main"))
        .isInstanceOfSatisfying(
            StorageException.class,
            fault -> assertThat(fault.remedy()).contains("fault of Epoch").contains("report it"))
        .hasMessageStartingWith("Internal error")
        .hasMessageContaining("epoch_from");
    test.database.execute("ALTER TABLE epoch." + history + " RENAME epoch_other TO epoch_from");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();
    assertThat(live("SELECT name FROM t WHERE id = 1")).containsExactly("name=x");
  }
}
