package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.storage.error.BusyException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merges that change schemas and do not come to their end: all of it is there, or nothing. */
class SchemaMergeRecoveryIT extends SchemaScene {
  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "completing", "completed"})
  void rowsAndSchemaAreThereOrNothingIs(String step) throws Exception {
    // given
    String added = columnAndRename();
    List<String> before = live("SELECT * FROM t ORDER BY id");
    String head = commit("main").id();
    test.restart(name -> {
      if (name.equals("replay-commits." + step)) {
        throw new ProcessEnded(name);
      }
    });

    // when
    assertThatThrownBy(() -> revert("main", added, true)).isInstanceOf(ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    boolean done = !commit("main").id().equals(head);
    assertThat(done).isEqualTo(!step.equals("prepared"));
    assertThat(state().operations()).isEmpty();
    assertThat(columns("main"))
        .isEqualTo(
            done ? List.of("id", "label", "price") : List.of("id", "label", "price", "extra"));
    assertThat(rows("main")).isEqualTo(live("SELECT * FROM t ORDER BY id"));
    assertThat(rows(head)).isEqualTo(before);
    assertRecorded("main");
  }

  @Test
  void whatFailsWhenItIsDoneIsUndone() throws Exception {
    // given
    String added = columnAndRename();
    test.database.execute("ALTER TABLE t ADD CONSTRAINT cheap CHECK (price < 1000)");
    test.commit("main", "cheap");
    List<String> before = live("SELECT * FROM t ORDER BY id");
    String head = commit("main").id();
    test.restart(name -> {
      if (name.equals("replay-commits.completing")) {
        throw new IllegalStateException(name);
      }
    });

    // when
    assertThatThrownBy(() -> revert("main", added, true)).isInstanceOf(IllegalStateException.class);

    // then
    assertThat(live("SELECT * FROM t ORDER BY id")).isEqualTo(before);
    assertThat(commit("main").id()).isEqualTo(head);
    assertThat(rows("main")).isEqualTo(before);

    // when
    test.restart(Failpoints.NONE);

    // then
    assertThat(rows(head)).isEqualTo(before);
    test.database.execute("UPDATE t SET extra = 'again' WHERE id = 1");
    test.commit("main", "again");
    assertThat(rows("main")).contains("id=1 label=a price=1 extra=again");
    assertThat(rows(head)).isEqualTo(before);
    assertRecorded("main");
  }

  /** A session on the branch, too, finds the columns and the values that it had. */
  @ParameterizedTest
  @ValueSource(strings = {"move-branch", "merge-branch"})
  void whatFailsOnABranchIsUndone(String kind) throws Exception {
    // given
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD extra text DEFAULT 'd'",
        "ALTER TABLE t RENAME name TO label",
        "UPDATE t SET extra = 'e', price = 20 WHERE id = 2");
    test.commit("x", "extra");
    test.database.execute(
        "ALTER TABLE t RENAME price TO cost",
        "ALTER TABLE t ADD note text DEFAULT 'n'",
        "UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("main", "cost");
    List<String> before = rows("x");
    test.restart(name -> {
      if (name.equals(kind + ".completing")) {
        throw new IllegalStateException(name);
      }
    });

    // when
    assertThatThrownBy(
            () -> {
              if (kind.equals("merge-branch")) {
                mergeDestructively("main", "x");
              } else {
                test.server()
                    .resets()
                    .hard(test.repository(), "x", "HEAD~1", null, TestServer.caller());
              }
            })
        .isInstanceOf(IllegalStateException.class);

    // then
    assertThat(seen("x", "SELECT * FROM t ORDER BY id")).isEqualTo(before);
    assertThat(rows("x")).isEqualTo(before);
    test.restart(Failpoints.NONE);
    test.onBranch("x", "UPDATE t SET label = 'C' WHERE id = 3");
    test.commit("x", "label");
    assertThat(rows("x"))
        .containsExactly(
            "id=1 label=a price=1 extra=d",
            "id=2 label=b price=20 extra=e",
            "id=3 label=C price=3 extra=d");
    assertRecorded("x");
  }

  @Test
  void somebodyElsesLockIsToldAndNothingIsDone() throws Exception {
    // given
    String added = columnAndRename();
    List<String> before = live("SELECT * FROM t ORDER BY id");

    // when an application holds the table for longer than anybody waits
    try (Connection application = test.database.connect();
        Statement session = application.createStatement()) {
      application.setAutoCommit(false);
      session.execute("SELECT * FROM t");
      assertThatThrownBy(() -> revert("main", added, true)).isInstanceOf(BusyException.class);
      application.rollback();
    }

    // then
    assertThat(live("SELECT * FROM t ORDER BY id")).isEqualTo(before);
    revert("main", added, true);
    assertThat(columns("main")).doesNotContain("extra");
  }
}
