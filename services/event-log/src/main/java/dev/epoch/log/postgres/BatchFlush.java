package dev.epoch.log.postgres;

import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.LogUnavailableException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/**
 * Brings one batch of appends into the log, over as many transactions as it takes.
 *
 * <p>If the connection is lost, the batch is appended once more over a fresh one. That finds out
 * how the first transaction ended: ids that it stored are answered as it would have answered, and
 * the lock on the head makes sure that it is over by then.
 */
final class BatchFlush {
  private final AppendConnection connection;
  private final Duration timeout;
  private final List<AppendRequest> requests;
  private AppendTransaction transaction;
  private boolean inDoubt;
  private boolean lostBefore;

  BatchFlush(AppendConnection connection, Duration timeout, List<AppendRequest> requests) {
    this.connection = connection;
    this.timeout = timeout;
    this.requests = requests;
  }

  /**
   * What became of each append.
   *
   * @return fails with what the database or the connection said if certainly nothing of the batch
   *     is stored, with {@link AppendOutcomeUnknownException} if a commit was sent and its outcome
   *     is not known
   */
  Uni<AppendBatch> run() {
    return attempt()
        .onFailure(failure -> inDoubt)
        .transform(failure ->
            new AppendOutcomeUnknownException(
                "The connection broke while the records were being committed, and the database"
                    + " could not be asked since; append the same records again to learn the"
                    + " outcome",
                failure));
  }

  /** The failure of {@link #run} in the words of the log. */
  static RuntimeException toLogException(Throwable failure) {
    return switch (failure) {
      case LogUnavailableException said -> said;
      case AppendOutcomeUnknownException said -> said;
      default ->
          new LogUnavailableException(
              "The database of the log did not take the records; none of them is stored", failure);
    };
  }

  private Uni<AppendBatch> attempt() {
    transaction = null;
    return connection
        .get()
        .chain(open -> {
          transaction = new AppendTransaction(open, requests);
          return transaction.run();
        })
        .ifNoItem()
        .after(Duration.ofMillis(timeout.toMillis() * 2))
        .fail()
        .onFailure(PostgresFailures::connectionLost)
        .recoverWithUni(this::afterLoss);
  }

  private Uni<AppendBatch> afterLoss(Throwable failure) {
    connection.discard();
    inDoubt |= transaction != null && transaction.commitSent();
    if (lostBefore) {
      return Uni.createFrom().failure(failure);
    }
    lostBefore = true;
    return attempt();
  }
}
