package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.util.ArrayList;
import java.util.List;

/** A table of a test's server, as reads tell it. */
record TestTable(TestServer test, String name) {

  private RepositoryState state() {
    return test.repository().state();
  }

  /** The commit that a ref stands for. */
  CommitState commit(String ref) {
    return new References(state(), state().defaultBranch()).commit(ref);
  }

  /** Lines of the table at a ref, each with the names of its columns: {@code id=1 name=a}. */
  List<String> rows(String ref) {
    return rows(Snapshot.of(state(), commit(ref), ref));
  }

  /** The same of a branch with its uncommitted changes. */
  List<String> working(String branch) {
    return rows(test.server().reads().working(state(), state().branch(branch).orElseThrow()));
  }

  private List<String> rows(Snapshot snapshot) {
    List<Column> columns = snapshot.table(name).handle().schema().columns();
    List<String> lines = new ArrayList<>();
    try (RowStream<Row> rows =
        test.server().reads().rows(snapshot, name, RowQuery.page(null, 99))) {
      rows.forEachRemaining(row -> {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
          fields.add(columns.get(i).name() + "=" + row.get(i));
        }
        lines.add(String.join(" ", fields));
      });
    }
    return lines;
  }

  /** What is recorded of the head's rows is true of them. */
  void assertRecorded(String branch) {
    CommitState commit = commit(branch);
    TableEntry entry = commit.tree().get(name);
    Snapshot snapshot = Snapshot.of(state(), commit, branch);
    ContentSum sum = new ContentSum();
    long count = 0;
    RowHasher hasher = new RowHasher(snapshot.table(name).handle().schema());
    try (RowStream<Row> rows = test.server().reads().rows(snapshot, name, RowQuery.all())) {
      for (; rows.hasNext(); count++) {
        sum.add(hasher, rows.next());
      }
    }
    assertThat(entry.contentHash()).isEqualTo(sum.hash());
    assertThat(entry.rowCount()).isEqualTo(count);
  }

  /** Uncommitted changes of a branch's tables: {@code t 010 [ColumnAdded]}. */
  List<String> status(String branch) {
    return test
        .server()
        .workingSets()
        .changes(state(), state().branch(branch).orElseThrow())
        .stream()
        .map(change ->
            change.table()
                + " "
                + change.inserted()
                + change.updated()
                + change.deleted()
                + " "
                + change.schemaChanges().stream()
                    .map(item -> item.getClass().getSimpleName())
                    .toList())
        .toList();
  }
}
