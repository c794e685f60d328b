package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.OperationId;
import dev.epoch.storage.postgres.PostgresStorageAdapter;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A process that is paused within the transaction of an operation. */
class PausedOperationTest {

  @Test
  void theOwnerEndsTheTransactionOfAFormerOneAndNoOther() throws SQLException {
    try (TestDatabase database = StoragePostgres.database();
        PostgresStorageAdapter adapter =
            new PostgresStorageAdapter(
                StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(2));
        Connection paused = database.connect();
        Connection other = database.connect();
        Connection recovering = database.connect()) {
      // given
      OperationId operation = new OperationId(UUID.randomUUID(), 1);
      OperationId another = new OperationId(UUID.randomUUID(), 2);
      begin(paused, operation);
      begin(other, another);

      // when
      adapter.interrupt(operation);

      // then
      begin(recovering, operation);
      assertThatThrownBy(() -> ask(paused)).isInstanceOf(SQLException.class);
      assertThat(ask(other)).isEqualTo(1);
    }
  }

  private static void begin(Connection session, OperationId operation) throws SQLException {
    session.setAutoCommit(false);
    try (Statement statement = session.createStatement()) {
      statement.execute("SET statement_timeout = '20s'");
      statement.execute(OperationRecords.lock(operation));
    }
  }

  private static int ask(Connection session) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet one = statement.executeQuery("SELECT 1")) {
      one.next();
      return one.getInt(1);
    }
  }
}
