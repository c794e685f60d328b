package dev.epoch.log.postgres;

import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * Writes to the log's database in the transaction that appends: both become durable and visible
 * together.
 *
 * <p>It works under a savepoint. If it fails, what it wrote is undone and the records are appended
 * without it, so it never stops the log. All appends of the server wait while it works.
 */
public interface TransactionParticipant {
  /**
   * Called after the records were inserted and before the commit, batch by batch in the order of
   * positions. May be called again for the same records if the transaction did not succeed. It uses
   * the given connection only, begins and ends no transaction on it, and leaves it alone once the
   * result is complete. Deferred constraints are checked at its end.
   *
   * @param appended at least one record, in the order of positions, without gaps
   * @return completes when all statements have; a failure, or none within the timeout, means that
   *     {@link #failed} follows
   */
  Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended);

  /**
   * The records are in the log; what {@link #beforeCommit} wrote for them is not in the database.
   */
  void failed(Throwable failure, List<StoredRecord> records);
}
