package dev.epoch.log.postgres;

import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.LogUnavailableException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings one batch of appends into the log, over as many transactions as it takes.
 *
 * <p>If the connection is lost, the batch is appended once more over a fresh one. That finds out how
 * the first transaction ended: ids that it stored are answered as it would have answered, and the
 * lock on the head makes sure that it is over by then. A participant that gives no answer costs the
 * connection too; the batch is then appended without it.
 */
final class BatchFlush {
  private final AppendConnection connection;
  private final List<TransactionParticipant> participants;
  private final Duration timeout;
  private final List<AppendRequest> requests;
  private final Map<TransactionParticipant, Throwable> stuck = new LinkedHashMap<>();
  private ParticipantRuns runs;
  private AppendTransaction transaction;
  private boolean lostBefore;
  private boolean inDoubt;

  BatchFlush(
      AppendConnection connection,
      List<TransactionParticipant> participants,
      Duration timeout,
      List<AppendRequest> requests) {
    this.connection = connection;
    this.participants = participants;
    this.timeout = timeout;
    this.requests = requests;
  }

  /**
   * @return what became of each append; fails with what the database said if certainly nothing of the
   *     batch is stored, with {@link AppendOutcomeUnknownException} if a commit was sent and its
   *     outcome is not known
   */
  Uni<AppendBatch> run() {
    return attempt()
        .onFailure(failure -> inDoubt)
        .transform(
            failure ->
                new AppendOutcomeUnknownException(
                    "The connection broke while the records were being committed, and the database"
                        + " could not be asked since; append the same records again to learn the"
                        + " outcome",
                    failure));
  }

  /** The participants whose work for the batch is not in the database. */
  Map<TransactionParticipant, Throwable> failedParticipants() {
    Map<TransactionParticipant, Throwable> failed = new LinkedHashMap<>(stuck);
    failed.putAll(runs.failures());
    return failed;
  }

  /** The failure of {@link #run} in the words of the log. */
  static RuntimeException inWordsOfTheLog(Throwable failure) {
    return switch (failure) {
      case LogUnavailableException said -> said;
      case AppendOutcomeUnknownException said -> said;
      default ->
          new LogUnavailableException(
              "The database of the log did not take the records; none of them is stored", failure);
    };
  }

  private Uni<AppendBatch> attempt() {
    List<TransactionParticipant> others =
        participants.stream().filter(participant -> !stuck.containsKey(participant)).toList();
    runs = new ParticipantRuns(others, timeout);
    transaction = null;
    return connection
        .get()
        .chain(
            open -> {
              transaction = new AppendTransaction(open, requests, runs);
              return transaction.run();
            })
        .ifNoItem()
        .after(timeout.multipliedBy(2L + others.size()))
        .fail()
        .onFailure(PostgresFailures::connectionLost)
        .recoverWithUni(this::afterLoss);
  }

  private Uni<AppendBatch> afterLoss(Throwable failure) {
    connection.discard();
    inDoubt |= transaction != null && transaction.commitSent();
    if (failure instanceof ParticipantRuns.Stuck one) {
      stuck.put(one.participant(), one);
      return attempt();
    }
    if (lostBefore) {
      return Uni.createFrom().failure(failure);
    }
    lostBefore = true;
    return attempt();
  }
}
