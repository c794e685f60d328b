package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Layers are written anew of tables that had columns which went. */
class RebuildSchemaIT extends SchemaScene {

  /** The live table had them alone, and the log never did. */
  @Test
  void valuesOfAColumnThatAMergeDroppedFromTheLiveTable() throws Exception {
    // given
    test.branch("old", "main");
    test.onBranch("old", "UPDATE t SET name = 'old' WHERE id = 2");
    test.commit("old", "a name");
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t DROP price");
    test.commit("x", "dropped");
    mergeDestructively("x", "main");
    test.database.execute("UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("main", "a name");

    // then
    requireRebuilt("main~2", "old");
  }

  private void requireRebuilt(String... refs) {
    List<List<String>> rows = List.of(refs).stream().map(this::rows).toList();
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    assertThat(List.of(refs).stream().map(this::rows).toList()).isEqualTo(rows);
  }
}
