package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.RowQuery;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables that sessions rename on a branch: dropped there, and another one made with their rows. */
class RenamedTableIT extends TablesToDrop {
  private List<String> untracked(String branch) {
    return test.server().workingSets().untracked(state(), branch(branch));
  }

  private List<String> rows(String ref, String table) {
    List<String> rows = new ArrayList<>();
    try (RowStream<Row> found =
        test.server().reads().rows(at(ref), table, RowQuery.page(null, 99))) {
      found.forEachRemaining(row -> rows.add(row.get(0) + " " + row.get(row.size() - 1)));
    }
    return rows;
  }

  private String live(String sql) {
    return test.database.value(sql);
  }

  @Test
  void isDroppedAndAnotherOneMadeWithItsRows() throws SQLException {
    // given
    onBranch("x", "UPDATE notes SET body = 'changed' WHERE id = 1");

    // when
    onBranch(
        "x",
        "ALTER TABLE notes RENAME TO remarks",
        "INSERT INTO remarks (item, body) VALUES (1, 'z')");

    // then
    assertThat(removed("x")).containsExactly("notes");
    assertThat(untracked("x")).containsExactly("remarks");
    onBranch("x", "INSERT INTO remarks (item, body) VALUES (2, 'own number')");
    assertThat(live("SELECT last_value FROM public.notes_id_seq")).isEqualTo("3");

    // when
    test.registerOn("x", "remarks");
    test.commit("x", "renamed");
    test.branch("y", "x");
    test.restart(Failpoints.NONE);

    // then
    List<String> renamed = List.of("1 changed", "2 y", "3 z", "4 own number");
    assertThat(rows("x", "remarks")).isEqualTo(renamed);
    assertThat(rows("x~1", "notes")).containsExactly("1 x", "2 y");
    assertThat(working("y")).containsExactly("items", "remarks");
    onBranch("y", "DELETE FROM remarks WHERE id = 4");
    test.commit("y", "fewer");

    // when
    assertThatThrownBy(() -> test.merge("x", "main"))
        .hasMessageContaining("DROP TABLE public.notes");
    test.mergeDestructively("x", "main");

    // then
    assertThat(live("SELECT to_regclass('public.notes')")).isNull();
    assertThat(live("SELECT string_agg(id || ' ' || body, ', ' ORDER BY id) FROM public.remarks"))
        .isEqualTo("1 changed, 2 y, 3 z, 4 own number");
    test.database.execute("INSERT INTO remarks (item, body) VALUES (1, 'live')");
    assertThat(live("SELECT max(id) FROM public.remarks")).isEqualTo("5");
    test.commit("main", "goes on");
    test.merge("y", "main");
    assertThat(live("SELECT count(*) FROM public.remarks")).isEqualTo("4");
    assertThat(rows("main~3", "notes")).containsExactly("1 x", "2 y");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
  }

  @Test
  void oneThatOthersReferToKeepsTheirReferences() throws SQLException {
    // given
    test.branch("y", "main");
    onBranch("y", "UPDATE notes SET body = 'side' WHERE id = 1");
    test.commit("y", "a note");

    // when
    onBranch("x", "ALTER TABLE items RENAME TO things", "INSERT INTO things VALUES (3, 'c')");
    test.registerOn("x", "things");
    onBranch("x", "INSERT INTO notes (item, body) VALUES (3, 'of c')");
    test.commit("x", "renamed");

    // then
    assertThatThrownBy(() -> onBranch("x", "INSERT INTO notes (item) VALUES (9)"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("things");
    assertThatThrownBy(() -> onBranch("x", "DELETE FROM things WHERE id = 1"))
        .isInstanceOf(SQLException.class);

    // when the database has done its part, and the merge is taken back
    test.restart(point -> {
      if (point.equals("merge-branch.applied.1")) {
        throw new QueryRefusedException("Another database refuses its part", null);
      }
    });
    assertThatThrownBy(() -> test.mergeDestructively("x", "main"))
        .isInstanceOf(QueryRefusedException.class);
    test.restart(Failpoints.NONE);

    // then
    assertThat(live("SELECT to_regclass('public.things')")).isNull();
    assertThat(live("SELECT count(*) FROM public.notes JOIN public.items ON items.id = item"))
        .isEqualTo("2");
    assertThatThrownBy(() -> test.database.execute("INSERT INTO notes (item) VALUES (3)"))
        .hasMessageContaining("notes_item_fkey");
    assertThat(rows("x", "notes")).hasSize(3);

    // when
    assertThat(test.mergeDestructively("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT to_regclass('public.items')")).isNull();
    assertThat(
            live(
                "SELECT confrelid::regclass FROM pg_constraint"
                    + " WHERE contype = 'f' AND conrelid = 'public.notes'::regclass"))
        .isEqualTo("things");
    assertThat(live("SELECT count(*) FROM public.notes JOIN public.things ON things.id = item"))
        .isEqualTo("3");
    test.merge("y", "main");
    assertThat(rows("main", "notes")).containsExactly("1 side", "2 y", "3 of c");
  }

  @Test
  void oneThatTheOtherSideChangedIsAConflict() throws SQLException {
    // given
    onBranch("x", "ALTER TABLE notes RENAME TO remarks");
    test.registerOn("x", "remarks");
    test.commit("x", "renamed");
    test.database.execute("UPDATE notes SET body = 'meanwhile' WHERE id = 2");
    test.commit("main", "meanwhile");

    // when, then
    assertThat(test.merge("x", "main").conflicts()).containsOnlyKeys("notes");
  }

  @Test
  void oneThatIsRenamedBackAtOnceIsTheSame() throws SQLException {
    // when
    onBranch(
        "x",
        "ALTER TABLE notes RENAME TO remarks",
        "ALTER TABLE remarks RENAME TO notes",
        "DELETE FROM notes WHERE id = 2");

    // then
    assertThat(removed("x")).isEmpty();
    test.commit("x", "one");
    assertThat(rows("x")).containsExactly("1 x");
  }

  @Test
  void oneThatIsMovedToAnotherSchemaIsRefusedWithTheRemedy() throws SQLException {
    // given
    test.database.execute("CREATE SCHEMA attic");
    onBranch("x", "ALTER TABLE notes SET SCHEMA attic");

    // when, then
    assertThatThrownBy(() -> test.commit("x", "moved"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("ALTER TABLE attic.notes SET SCHEMA");
  }
}
