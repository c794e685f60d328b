package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.gateway.RandomDatabase.State;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** Reads a versioned database of any shape: through the server, and as any client does. */
final class DatabaseReads {
  private final TestServer test;
  private final RandomDatabase shape;

  DatabaseReads(TestServer test, RandomDatabase shape) {
    this.test = test;
    this.shape = shape;
  }

  /** What is on a branch, uncommitted changes too. */
  State working(String branch) {
    RepositoryState state = test.repository().state();
    return read(test.server().reads().working(state, References.branch(state, branch)));
  }

  State commit(String id) {
    RepositoryState state = test.repository().state();
    return read(Snapshot.of(state, state.commits().byId().get(id), id));
  }

  private State read(Snapshot snapshot) {
    State read = shape.empty();
    for (RandomTable table : shape.tables()) {
      try (RowStream<Row> rows =
          test.server().reads().rows(snapshot, table.name(), RowQuery.all())) {
        while (rows.hasNext()) {
          Row row = rows.next();
          assertThat(read.rows(table.name()).put(table.keyOf(row.values()), row.values()))
              .as("another row of %s with the key of %s", table.name(), row)
              .isNull();
        }
      }
    }
    return read;
  }

  /** What a session sees that works on a branch. */
  State client(String branch) {
    State read = shape.empty();
    try (Connection connection = session(branch)) {
      for (RandomTable table : shape.tables()) {
        TestDatabase.rows(connection, table.select())
            .forEach(row -> read.rows(table.name()).put(table.keyOf(row), row));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    return read;
  }

  /** A session that works on a branch; the caller closes it. */
  Connection session(String branch) throws SQLException {
    Connection connection = test.database.connect();
    if (!branch.equals("main")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT epoch.use_branch('" + branch + "')");
      }
    }
    return connection;
  }

  CommitState head(String branch) {
    RepositoryState state = test.repository().state();
    return state.head(References.branch(state, branch));
  }

  /** Content hashes of the tables of a commit, as the commit says. */
  Map<String, Digest> hashes(String commit) {
    Map<String, Digest> hashes = new TreeMap<>();
    test.repository()
        .state()
        .commits()
        .byId()
        .get(commit)
        .tree()
        .forEach((name, entry) -> hashes.put(name, entry.contentHash()));
    return hashes;
  }

  /** Content hashes of what the branches hold now, out of their rows, and their heads. */
  Map<String, String> everyHash() {
    RepositoryState state = test.repository().state();
    Map<String, String> hashes = new TreeMap<>();
    state
        .branches()
        .byId()
        .values()
        .forEach(branch -> {
          hashes.put(branch.name(), branch.head());
          Snapshot snapshot = test.server().reads().working(state, branch);
          snapshot
              .tables()
              .forEach((name, readable) -> {
                ContentSum sum = new ContentSum();
                RowHasher hasher = new RowHasher(readable.handle().schema());
                try (RowStream<Row> rows =
                    test.server().reads().rows(snapshot, name, RowQuery.all())) {
                  rows.forEachRemaining(row -> sum.add(hasher, row));
                }
                hashes.put(branch.name() + " " + name, sum.hash().hex());
              });
        });
    return hashes;
  }

  /** Takes the differences of two commits to the first, and back. */
  void checkDiff(String from, String to, State start, State end) {
    RepositoryState state = test.repository().state();
    Snapshot one = Snapshot.of(state, state.commits().byId().get(from), from);
    Snapshot two = Snapshot.of(state, state.commits().byId().get(to), to);
    State there = start.copy();
    State back = end.copy();
    for (RandomTable table : shape.tables()) {
      try (RowStream<RowChange> changes =
          test.server().diffs().changes(one, two, table.name(), ChangeQuery.all())) {
        while (changes.hasNext()) {
          RowChange change = changes.next();
          apply(there, table.name(), change);
          apply(back, table.name(), change.inverse());
        }
      }
    }
    assertThat(there).as("%s and what differs in %s", from, to).isEqualTo(end);
    assertThat(back).as("%s without what differs from %s", to, from).isEqualTo(start);
  }

  private static void apply(State rows, String table, RowChange change) {
    var key = change.key().values();
    assertThat(rows.rows(table).get(key))
        .as("row %s of %s before", key, table)
        .isEqualTo(change.before() == null ? null : change.before().values());
    if (change.after() == null) {
      rows.rows(table).remove(key);
    } else {
      rows.rows(table).put(key, change.after().values());
    }
  }
}
