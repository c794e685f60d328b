package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.row.Row;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Collection;

/** What a session on a branch sees of the table of a {@link HistoryRun}. */
final class SessionView {
  private SessionView() {}

  /** Sessions see the branch as it is, through views or in an open table. */
  static void verify(
      TestRepository repository, BranchHandle branch, String table, Collection<Row> rows) {
    try (Connection session = repository.database.connect();
        Statement statement = session.createStatement()) {
      statement.execute("SELECT epoch.use_branch('" + branch.name() + "')");
      assertThat(
              TestDatabase.rows(
                  session,
                  "SELECT part, id::text, v, j::text, g::text FROM "
                      + table
                      + " ORDER BY part, id"))
          .as("what sessions see of %s", branch.name())
          .containsExactlyInAnyOrderElementsOf(
              rows.stream()
                  .map(row ->
                      Arrays.asList(row.get(2), row.get(0), row.get(1), row.get(3), row.get(4)))
                  .toList());
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
