package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.DataType;
import java.util.List;

/** Branches that make types of their own. */
abstract class TypesScene extends SchemaScene {
  void open(String branch, String... statements) throws Exception {
    test.onBranch(branch, "SELECT epoch.open_table('t')");
    test.onBranch(branch, statements);
  }

  DataType type(String ref, String column) {
    return state()
        .tables()
        .schema(commit(ref).tree().get("t").schemaHash())
        .column(column)
        .orElseThrow()
        .type();
  }

  void requireRebuilt(String... refs) {
    List<List<String>> rows = List.of(refs).stream().map(this::rows).toList();
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
    assertThat(test.server().rebuilds().rebuild(test.repository()).differences()).isEmpty();
    assertThat(List.of(refs).stream().map(this::rows).toList()).isEqualTo(rows);
  }
}
