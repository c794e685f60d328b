package dev.epoch.gateway;

import static dev.epoch.gateway.TableContents.client;
import static dev.epoch.gateway.TableContents.names;
import static dev.epoch.gateway.TableContents.rows;
import static dev.epoch.gateway.TableContents.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.RowQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What the server says of a table {@code t}, against the model. */
final class SchemaReads {
  private final TestServer test;

  SchemaReads(TestServer test) {
    this.test = test;
  }

  RepositoryState state() {
    return test.repository().state();
  }

  CommitState head(String branch) {
    return state().head(References.branch(state(), branch));
  }

  TableEntry entry(String commit) {
    return state().commits().byId().get(commit).tree().get("t");
  }

  /** Whether the server finds changes of any table on a branch. */
  boolean isChanged(String branch) {
    return !test.server()
        .workingSets()
        .changes(state(), References.branch(state(), branch))
        .isEmpty();
  }

  /** The branch shows its own work, to the server and to a client, and what it is like. */
  void check(String branch, SchemaModel table) throws SQLException {
    Snapshot snapshot = test.server().reads().working(state(), References.branch(state(), branch));
    assertThat(rows(test.server().reads(), snapshot))
        .as("branch %s", branch)
        .isEqualTo(table.told());
    assertThat(schema(snapshot.table("t").handle().schema()))
        .as("schema of branch %s", branch)
        .isEqualTo(table.schema());
    try (Connection connection = SchemaSessions.session(test, branch);
        Statement session = connection.createStatement()) {
      assertThat(names(session))
          .as("columns of %s for a client", branch)
          .isEqualTo(table.schemaNames());
      assertThat(client(session, table.columns().getFirst().name()))
          .as("branch %s for a client", branch)
          .isEqualTo(table.told());
    }
  }

  /**
   * The commit reads as it did, and its hash is that of its rows.
   *
   * @param name for people
   */
  void checkCommit(String id, String name, SchemaModel table) {
    Snapshot snapshot = Snapshot.of(state(), state().commits().byId().get(id), id);
    assertThat(rows(test.server().reads(), snapshot)).as(name).isEqualTo(table.told());
    assertThat(schema(snapshot.table("t").handle().schema()))
        .as("schema of %s", name)
        .isEqualTo(table.schema());
    ContentSum sum = new ContentSum();
    RowHasher hasher = new RowHasher(snapshot.table("t").handle().schema());
    try (RowStream<Row> rows = test.server().reads().rows(snapshot, "t", RowQuery.all())) {
      rows.forEachRemaining(row -> sum.add(hasher, row));
    }
    assertThat(entry(id).contentHash()).as("hash of %s", name).isEqualTo(sum.hash());
    assertThat(entry(id).rowCount()).isEqualTo(table.rows().size());
  }
}
