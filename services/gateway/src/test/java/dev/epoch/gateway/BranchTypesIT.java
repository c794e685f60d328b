package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.table.TableService;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.record.RowWrite;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Columns of enums that were made on a branch. */
class BranchTypesIT extends TypesScene {
  private static final List<String> MOODS =
      List.of(
          "id=1 name=a price=1 mood=ok moods={ok,sad}",
          "id=2 name=b price=2 mood=sad moods={}",
          "id=3 name=c price=3 mood=ok moods={ok,sad}");

  /** Two columns of an enum of branch {@code x}, committed. */
  private String moods() throws Exception {
    open(
        "x",
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "ALTER TABLE t ADD mood mood NOT NULL DEFAULT 'ok', ADD moods mood[] DEFAULT '{ok,sad}',"
            + " ADD CONSTRAINT cheap CHECK (mood > 'sad' OR price < 9)",
        "CREATE INDEX glad ON t (name) WHERE mood = 'ok'",
        "UPDATE t SET mood = 'sad', moods = '{}' WHERE id = 2");
    return test.commit("x", "moods").commit().id();
  }

  private void write(String branch, int id, String mood) {
    test.server()
        .workingSets()
        .write(
            state(),
            state().branch(branch).orElseThrow(),
            "t",
            List.of(
                new RowWrite.Upsert(
                    Map.of("id", IntNode.valueOf(id), "mood", TextNode.valueOf(mood)))),
            TestServer.caller());
  }

  @Test
  void areCommittedReadAndMergedIntoMainWhereTheTypeIsMade() throws Exception {
    // when
    String moods = moods();

    // then
    assertThat(rows(moods)).isEqualTo(MOODS);
    assertRecorded("x");
    assertThat(type("x", "mood"))
        .isEqualTo(
            new DataType(DataType.Kind.ENUM, "public.mood", null, List.of(), List.of("sad", "ok")));
    assertThat(type("x", "moods").name()).isEqualTo("public.mood[]");
    assertThat(live("SELECT to_regtype('public.mood') AS made")).containsExactly("made=null");

    // when it is closed, and written through views and as records
    test.onBranch(
        "x",
        "SELECT epoch.close_table('t')",
        "SET epoch.open_tables_up_to = '0'",
        "UPDATE t SET mood = 'sad'::mood WHERE mood = 'ok'::mood AND id = 3",
        "INSERT INTO t (id, price) VALUES (4, 1)");
    assertThatThrownBy(() ->
            test.onBranch("x", "SET epoch.open_tables_up_to = '0'", "UPDATE t SET mood = 'none'"))
        .hasMessageContaining("invalid input value for enum");
    write("x", 4, "sad");
    open("x", "SELECT 1");
    write("x", 3, "ok");
    assertThatThrownBy(() -> write("x", 3, "none")).hasMessageContaining("none");

    // then
    assertThat(working("x"))
        .hasSize(4)
        .startsWith(MOODS.toArray(String[]::new))
        .last()
        .asString()
        .contains("mood=sad moods={ok,sad}");
    assertThat(
            seen("x", "SELECT mood, pg_typeof(moods)::text ~ 'mood' AS typed FROM t WHERE id = 4"))
        .containsExactly("mood=sad typed=t");
    String later = test.commit("x", "rows").commit().id();
    assertRecorded("x");

    // when
    test.branch("y", "x");
    open("y", "UPDATE t SET mood = 'sad' WHERE mood = 'ok' AND id = 1");
    test.commit("y", "on y");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT mood, moods FROM t WHERE mood > 'sad' ORDER BY id"))
        .containsExactly("mood=ok moods={ok,sad}", "mood=ok moods={ok,sad}");
    assertRecorded("main");
    assertThat(rows(moods)).isEqualTo(MOODS);
    assertThat(rows(later)).isEqualTo(rows("main"));
    assertRecorded("y");
    test.database.execute("UPDATE t SET mood = 'ok' WHERE id = 4");
    test.commit("main", "live");
    assertThat(test.merge("main", "y").conflicts()).isEmpty();
    open("y", "UPDATE t SET mood = 'ok'::mood WHERE id = 2");
    test.commit("y", "again");
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    assertThat(live("SELECT id FROM t WHERE mood = 'sad'")).containsExactly("id=1");
    assertThat(rows(later)).hasSize(4).startsWith(MOODS.toArray(String[]::new));
    requireRebuilt(moods, later, "x", "y", "main");
  }

  @Test
  void getALabelOnTheBranchThatMadeTheTypeWhenThatIsMerged() throws Exception {
    // given
    moods();
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // when
    open("x", "ALTER TYPE mood ADD VALUE 'fine'");
    open("x", "UPDATE t SET mood = 'fine' WHERE id = 1");

    // then
    TestTable table = new TestTable(test, "t");
    assertThatThrownBy(() -> table.status("x"))
        .isInstanceOf(TableChangedException.class)
        .hasMessageContaining("ALTER TYPE public.mood ADD VALUE 'fine'");

    // when that is done
    test.database.execute("ALTER TYPE public.mood ADD VALUE 'fine'");

    // then
    assertThat(table.status("x")).isNotEmpty();
    test.commit("x", "fine");
    assertRecorded("x");
    assertThat(type("x", "mood").labels()).containsExactly("sad", "ok", "fine");
    test.commit("main", "the label");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT mood FROM t WHERE id = 1")).containsExactly("mood=fine");
    assertRecorded("main");
    requireRebuilt("x", "main");
  }

  @Test
  void staysWhatItIsWithoutTheBranch() throws Exception {
    // given
    String moods = moods();
    test.branch("y", "x");
    test.server().branches().delete(test.repository(), "x", true, TestServer.caller());

    // then
    assertThat(rows(moods)).isEqualTo(MOODS);
    assertThat(seen("y", "SELECT mood FROM t ORDER BY mood"))
        .containsExactly("mood=sad", "mood=ok", "mood=ok");
    requireRebuilt(moods, "y");

    // when
    open("y", "ALTER TYPE mood ADD VALUE 'fine'");
    assertThat(working("y")).isEqualTo(MOODS);
    open("y", "UPDATE t SET mood = 'fine', moods = '{fine}' WHERE id = 1");
    test.commit("y", "fine");

    // then
    assertThat(type("y", "mood").labels()).containsExactly("sad", "ok", "fine");
    assertThat(rows("y")).contains("id=1 name=a price=1 mood=fine moods={fine}");
    assertRecorded("y");
    test.branch("z", "main");
    assertThat(test.merge("y", "z").conflicts()).isEmpty();
    open("z", "UPDATE t SET mood = 'fine' WHERE id = 2");
    test.commit("z", "merged");
    assertRecorded("z");
    assertThat(test.merge("z", "main").conflicts()).isEmpty();
    assertThat(live("SELECT enum_range(NULL::public.mood) AS labels"))
        .containsExactly("labels={sad,ok,fine}");
    assertThat(rows(moods)).isEqualTo(MOODS);
    requireRebuilt(moods, "y", "z", "main");
  }

  @Test
  void goAgainWhereAMergeIsTakenBack() throws Exception {
    // given
    String moods = moods();
    test.restart(name -> {
      if (name.equals("merge-branch.completing")) {
        throw new IllegalStateException(name);
      }
    });

    // when
    assertThatThrownBy(() -> test.merge("x", "main")).isInstanceOf(IllegalStateException.class);

    // then
    assertThat(live("SELECT to_regtype('public.mood') AS made")).containsExactly("made=null");
    assertThat(rows(moods)).isEqualTo(MOODS);

    // when
    test.restart(Failpoints.NONE);
    open("x", "UPDATE t SET mood = 'sad' WHERE id = 1");
    test.commit("x", "sad");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT id FROM t WHERE mood = 'sad' ORDER BY 1"))
        .containsExactly("id=1", "id=2");
    assertThat(rows(moods)).isEqualTo(MOODS);
    requireRebuilt(moods, "x", "main");
  }

  @Test
  void ofOneNameWithOtherLabelsAreTwo() throws Exception {
    // given
    moods();
    test.branch("y", "main");
    open(
        "y",
        "CREATE TYPE mood AS ENUM ('ok', 'high')",
        "ALTER TABLE t ADD mood mood DEFAULT 'ok'",
        "UPDATE t SET mood = 'high' WHERE id = 1");
    test.commit("y", "others");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(rows("y")).contains("id=1 name=a price=1 mood=high");
    assertThatThrownBy(() -> test.merge("y", "main"))
        .hasMessageContaining("Both sides added columns [mood] to table 't'");
    assertThat(rows("y")).contains("id=1 name=a price=1 mood=high");

    // when the column has another name, and its type the labels of both
    open("y", "ALTER TABLE t RENAME mood TO state");
    test.commit("y", "renamed");
    assertThat(dryRun("y").labels()).containsExactly("ALTER TYPE public.mood ADD VALUE 'high'");
    assertThat(live("SELECT enum_range(NULL::public.mood) AS labels"))
        .containsExactly("labels={sad,ok}");
    test.restart(name -> {
      if (name.equals("merge-branch.labelled")) {
        throw new IllegalStateException(name);
      }
    });
    assertThatThrownBy(() -> test.merge("y", "main")).isInstanceOf(IllegalStateException.class);
    test.restart(Failpoints.NONE);
    assertThat(test.merge("y", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT enum_range(NULL::public.mood) AS labels"))
        .containsExactly("labels={sad,ok,high}");
    assertThat(live("SELECT id, mood FROM t WHERE state = 'high'")).containsExactly("id=1 mood=ok");
    requireRebuilt("x", "y", "main");
  }

  @Test
  void bringLabelsThatABranchOfTheBranchHas() throws Exception {
    // given
    moods();
    test.branch("y", "x");
    open("y", "ALTER TYPE mood ADD VALUE 'fine'");
    open("y", "UPDATE t SET mood = 'fine' WHERE id = 1");
    test.commit("y", "fine");
    open("x", "CREATE VIEW seen AS SELECT id FROM t");
    test.commitSchema("x", "with a record of the type");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT enum_range(NULL::public.mood) AS labels"))
        .containsExactly("labels={sad,ok,fine}");
    assertThat(rows("main")).isEqualTo(MOODS);
    assertThat(rows("y")).contains("id=1 name=a price=1 mood=fine moods={ok,sad}");
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    assertThat(rows("main")).contains("id=1 name=a price=1 mood=fine moods={ok,sad}");
    assertThat(rows("x")).isEqualTo(MOODS);
    requireRebuilt("x", "y", "main");
  }

  @Test
  void labelsOfRecordedTypesAreUnited() throws Exception {
    // given
    test.branch("y", "main");
    open("x", "CREATE TYPE size AS ENUM ('s', 'l')", "ALTER TABLE t ADD size size DEFAULT 's'");
    test.commitSchema("x", "sizes");
    open(
        "y",
        "CREATE TYPE size AS ENUM ('s', 'm', 'l')",
        "ALTER TABLE t ADD other size DEFAULT 'm'");
    test.commitSchema("y", "other sizes");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();
    assertThat(test.merge("y", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT size, other, enum_range(size) AS all FROM t WHERE id = 1"))
        .containsExactly("size=s other=m all={s,m,l}");
    requireRebuilt("x", "y", "main");
  }

  private Merged dryRun(String source) {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                "main", source, null, null, null, null, false, false, true, null),
            TestServer.caller());
  }

  @Test
  void areTypesOfColumnsOfTablesThatTheBranchMakes() throws Exception {
    // given
    test.onBranch(
        "x",
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE TABLE u (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'ok' CHECK (mood > 'sad'),"
            + " moods mood[], a text)",
        "CREATE INDEX glad ON u (a) WHERE mood = 'ok'",
        "INSERT INTO u (id, moods) VALUES (1, '{sad}'), (2, NULL)");

    // when
    test.server()
        .tables()
        .register(
            test.repository(),
            new TableService.Request("u", null, null, null, List.of(), "x"),
            TestServer.caller());
    String made = test.commit("x", "u").commit().id();
    test.branch("y", "x");
    test.onBranch("y", "SELECT epoch.open_table('u')");
    test.onBranch("y", "INSERT INTO u VALUES (3, DEFAULT, '{ok}')");
    test.commit("y", "on y");

    // then
    TestTable u = new TestTable(test, "u");
    List<String> first =
        List.of("id=1 mood=ok moods={sad} a=null", "id=2 mood=ok moods=null a=null");
    assertThat(u.rows(made)).isEqualTo(first);
    u.assertRecorded("y");
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    assertThat(live("SELECT id, moods FROM u WHERE mood = 'ok' ORDER BY id"))
        .containsExactly("id=1 moods={sad}", "id=2 moods=null", "id=3 moods={ok}");
    assertThatThrownBy(() -> test.database.execute("INSERT INTO u VALUES (4, 'sad')"))
        .hasMessageContaining("u_mood_check");
    test.server().branches().delete(test.repository(), "x", true, TestServer.caller());
    test.server().branches().delete(test.repository(), "y", true, TestServer.caller());
    assertThat(test.database.value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '_changed$'"))
        .isEqualTo("0");
    assertThat(u.rows(made)).isEqualTo(first);
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    assertThat(u.rows(made)).isEqualTo(first);
  }

  /** As Prisma names them; a text becomes one, and a live table gets the same. */
  @Test
  void takeThePlaceOfTextsAndAreFoundInTheLiveTable() throws Exception {
    // given
    test.branch("y", "main");
    test.branch("z", "main");
    open(
        "x",
        "CREATE TYPE \"Name's\" AS ENUM ('a', 'b', 'c', 'it''s')",
        "ALTER TABLE t ALTER name TYPE \"Name's\" USING name::\"Name's\", ALTER name SET DEFAULT 'it''s'",
        "ALTER TABLE t ADD \"Other\" \"Name's\"[] DEFAULT '{it''s}'",
        "UPDATE t SET name = 'c' WHERE id = 1");
    String names = test.commit("x", "names").commit().id();
    List<String> rows =
        List.of(
            "id=1 name=c price=1 Other={it's}",
            "id=2 name=b price=2 Other={it's}",
            "id=3 name=c price=3 Other={it's}");
    assertThat(rows(names)).isEqualTo(rows);
    assertRecorded("x");
    assertThat(test.merge("x", "y").conflicts()).isEmpty();
    test.onBranch(
        "y", "SET epoch.open_tables_up_to = '0'", "INSERT INTO t (id, price) VALUES (4, 4)");
    test.commit("y", "four");

    // when
    test.database.execute(
        "CREATE TYPE \"Name's\" AS ENUM ('c', 'b', 'it''s', 'a')",
        "ALTER TABLE t ADD \"Other\" \"Name's\"[] DEFAULT '{it''s}'");
    test.commit("main", "other");
    assertThat(test.merge("main", "z").conflicts()).isEmpty();
    assertThat(mergeDestructively("y", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT id FROM t WHERE name >= 'it''s' ORDER BY id")).containsExactly("id=4");
    assertThat(rows("main")).startsWith(rows.toArray(String[]::new)).hasSize(4);
    assertRecorded("main");
    assertThat(rows(names)).isEqualTo(rows);
    assertThat(test.merge("main", "x").conflicts()).isEmpty();
    open("x", "UPDATE t SET name = 'a'::\"Name's\" WHERE id = 1");
    test.commit("x", "again");
    assertRecorded("x");
    requireRebuilt(names, "x", "y", "z", "main");
  }

  @Test
  void otherTypesAreRefusedUntilAllHaveThem() throws Exception {
    // given
    open("x", "CREATE TYPE place AS (street text, town text)", "ALTER TABLE t ADD place place");

    // when, then
    assertThatThrownBy(() -> test.commit("x", "place"))
        .isInstanceOf(TableChangedException.class)
        .hasMessageContaining("column \"place\" has the type place, which was made on the branch");
  }
}
