package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.record.RowWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What triggers of users make of a merge into live tables: the head holds what is in the tables
 * afterwards, in the tables of the merge; in others it is uncommitted.
 */
class LiveMergeEffectsTest extends LiveMerge {
  private void triggers(String... statements) {
    List<String> all = new ArrayList<>();
    all.add("CREATE TABLE item (id integer PRIMARY KEY, name text, changes integer DEFAULT 0)");
    all.add("CREATE TABLE note (id integer PRIMARY KEY, text text)");
    all.add("INSERT INTO item VALUES (1, 'one', 0), (2, 'two', 0)");
    all.add("INSERT INTO note VALUES (1, 'first')");
    all.addAll(List.of(statements));
    start(List.of("item", "note"), all.toArray(String[]::new));
  }

  @Test
  void whatABeforeTriggerMakesOfARowIsCommitted() {
    // given
    triggers(
        """
        CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.changes := coalesce(NEW.changes, 0) + 1; RETURN NEW; END $$\
        """,
        "CREATE TRIGGER counted BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION"
            + " counted()");

    // when
    put("item", "1", "uno", "0");
    put("item", "3", "tre", "5");
    Operation operation = merge();

    // then
    assertThat(live("item")).containsExactly("[1, uno, 1]", "[2, two, 0]", "[3, tre, 6]");
    assertHeadIsTheTruth("item", "note");
    assertRevertRestores(operation);
  }

  @Test
  void rowsThatABeforeTriggerKeepsBackAreNotCommitted() {
    // given
    triggers(
        "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER kept BEFORE INSERT OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION kept()");

    // when
    put("item", "1", "uno", "0");
    delete("item", "2");
    put("item", "3", "tre", "5");
    merge();

    // then
    assertThat(live("item")).containsExactly("[1, uno, 0]", "[2, two, 0]");
    assertHeadIsTheTruth("item", "note");
  }

  @Test
  void whatAnAfterTriggerWritesToATableOfTheMergeIsCommittedWithIt() {
    // given
    triggers(
        """
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO public.note SELECT max(id) + 1, NEW.name FROM public.note;
          UPDATE public.item SET changes = changes + 1 WHERE id = 2;
          RETURN NULL;
        END $$\
        """,
        "CREATE TRIGGER noted AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION noted()");

    // when
    put("item", "3", "tre", "0");
    put("note", "1", "erste");
    Operation operation = merge();

    // then
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 1]", "[3, tre, 0]");
    assertThat(live("note")).containsExactly("[1, erste]", "[2, tre]");
    assertHeadIsTheTruth("item", "note");
    assertRevertRestores(operation);
    assertThat(live("note")).containsExactly("[1, first]");
  }

  @Test
  void whatATriggerWritesToAnotherTableIsUncommittedThere() {
    // given
    triggers(
        """
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO public.note SELECT max(id) + 1, NEW.name FROM public.note; RETURN NULL; END $$\
        """,
        "CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR"
            + " EACH ROW EXECUTE FUNCTION noted()");

    // when
    put("item", "3", "tre", "0");
    merge();

    // then
    assertHeadIsTheTruth("item");
    assertThat(texts("note", shop.committed(shop.main, "note"))).containsExactly("[1, first]");
    assertThat(texts("note", shop.working(shop.main, "note")))
        .containsExactly("[1, first]", "[2, tre]");
  }

  @Test
  void aDeferredTriggerThatChangesAMergedRowIsCommittedToo() {
    // given
    triggers(
        """
        CREATE FUNCTION marked() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE public.item SET changes = 9 WHERE id = NEW.id; RETURN NULL; END $$\
        """,
        "CREATE CONSTRAINT TRIGGER marked AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR"
            + " EACH ROW EXECUTE FUNCTION marked()");

    // when
    put("item", "3", "tre", "0");
    merge();

    // then
    assertThat(live("item")).contains("[3, tre, 9]");
    assertHeadIsTheTruth("item", "note");
  }

  @Test
  void aTriggerThatRefusesAbortsTheMerge() {
    // given
    triggers(
        "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            + " 'not today'; END $$",
        "CREATE TRIGGER refused BEFORE DELETE ON item FOR EACH ROW EXECUTE FUNCTION refused()");

    // when
    delete("item", "2");
    put("item", "1", "uno", "0");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge).getMessage())
        .contains("not today", "function refused() line 1");
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 0]");
    assertThat(shop.adapter.pending(shop.main, List.of(shop.at(shop.main, "item")))).isEmpty();
  }

  @Test
  void triggersRunUnderThePathOfTheRoleAndTheDatabase() throws Exception {
    // given functions that name tables without their schema
    triggers(
        "CREATE SCHEMA app",
        "CREATE TABLE app.entry (text text)",
        """
        CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO note SELECT max(id) + 1, current_schema() FROM note;
          RETURN NULL;
        END $$\
        """,
        """
        CREATE FUNCTION entered() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO entry VALUES (OLD.name);
          RETURN NULL;
        END $$\
        """,
        "CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR"
            + " EACH ROW EXECUTE FUNCTION noted()",
        "CREATE TRIGGER entered AFTER DELETE ON item FOR EACH ROW EXECUTE FUNCTION entered()");

    // when
    put("item", "3", "tre", "0");
    merge();

    // then
    assertThat(live("note")).containsExactly("[1, first]", "[2, public]");

    // when
    changes.clear();
    delete("item", "3");

    // then it is no table of public, and the refusal says where
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge))
        .hasMessageContaining("\"entry\" does not exist")
        .hasMessageContaining("function entered() line 3");

    // when the database says where to look, also to a server that is connected already
    shop.database.execute(
        "ALTER DATABASE " + shop.database.name() + " SET search_path = app, public");
    merge();

    // then
    assertThat(shop.database.value("SELECT text FROM app.entry")).isEqualTo("tre");

    // when the role says something else
    shop.database.executeAsSuperuser(
        "ALTER ROLE " + shop.database.owner() + " SET search_path = \"$user\", public");
    changes.clear();
    delete("item", "2");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge))
        .hasMessageContaining("\"entry\" does not exist");
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 0]");

    // when records are written
    JsonNode record = new ObjectMapper().readTree("{\"id\": 4, \"name\": \"four\"}");
    shop.adapter.write(
        shop.main,
        shop.at(shop.main, "item"),
        List.of(new RowWrite.Upsert(Map.of("id", record.get("id"), "name", record.get("name")))));

    // then
    assertThat(live("note")).contains("[3, public]");
    assertThat(
            catchThrowableOfType(
                WriteRefusedException.class,
                () ->
                    shop.adapter.write(
                        shop.main,
                        shop.at(shop.main, "item"),
                        List.of(new RowWrite.Delete(Map.of("id", record.get("id")))))))
        .hasMessageContaining("\"entry\" does not exist");
  }

  @Test
  void namesOfTheApplicationsPathAreNotTakenForPostgresqlsOwn() {
    // given operators and functions that fit what a merge says better than PostgreSQL's own
    triggers(
        "CREATE SCHEMA trap",
        "CREATE FUNCTION trap.never(smallint, integer) RETURNS boolean LANGUAGE sql AS 'SELECT"
            + " false'",
        "CREATE FUNCTION trap.never(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT"
            + " false'",
        "CREATE FUNCTION trap.never(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
        "CREATE OPERATOR trap.= (LEFTARG = smallint, RIGHTARG = integer, FUNCTION = trap.never)",
        "CREATE OPERATOR trap.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = trap.never)",
        "CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.never)");
    shop.database.execute(
        "ALTER DATABASE " + shop.database.name() + " SET search_path = trap, pg_catalog, public");

    // when
    put("item", "1", "uno", "0");
    put("item", "3", "tre", "5");
    delete("item", "2");
    Operation operation = merge();

    // then
    assertThat(live("item")).containsExactly("[1, uno, 0]", "[3, tre, 5]");
    assertHeadIsTheTruth("item", "note");
    assertRevertRestores(operation);
  }

  @Test
  void aFunctionOfACheckThatFailsIsRefused() {
    // given a function that a merge does not find the table of
    triggers(
        "CREATE FUNCTION known(n text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN EXISTS"
            + " (SELECT FROM note WHERE text = n) OR true; END $$",
        "ALTER TABLE item ADD CHECK (known(name))");

    // when
    put("item", "3", "tre", "0");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge))
        .hasMessageContaining("\"note\" does not exist")
        .hasMessageContaining("known(text) line 1");
  }

  @Test
  void aViolationThatOnlyATriggerBringsIsRefused() {
    // given
    triggers(
        "CREATE UNIQUE INDEX item_name ON item (name)",
        "CREATE FUNCTION named() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'one';"
            + " RETURN NEW; END $$",
        "CREATE TRIGGER named BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION named()");

    // when
    put("item", "3", "tre", "0");

    // then
    assertThat(catchThrowableOfType(WriteRefusedException.class, this::merge))
        .hasMessageContaining("item_name")
        .hasMessageContaining("Key (name)=(one) already exists");
    assertThat(live("item")).containsExactly("[1, one, 0]", "[2, two, 0]");
  }
}
