package dev.epoch.log.postgres;

import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Brings one batch of appends into the log, over as many transactions as it takes.
 *
 * <p>If the connection is lost, the batch is appended once more over a fresh one. That finds out
 * how the first transaction ended: ids that it stored are answered as it would have answered, and
 * the lock on the head makes sure that it is over by then. A participant that gives no answer, or
 * ends the transaction itself, costs the connection too; the batch is then appended without it.
 */
final class BatchFlush {
  private final AppendConnection connection;
  private final List<TransactionParticipant> participants;
  private final Duration timeout;
  private final List<AppendRequest> requests;
  private final Map<TransactionParticipant, Throwable> excluded = new LinkedHashMap<>();
  private final List<Attempt> inDoubt = new ArrayList<>();
  private Attempt attempt;
  private boolean lostBefore;

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

  /** A transaction and the participants in it. */
  private record Attempt(AppendTransaction transaction, ParticipantRuns runs) {
    /** Whether it was this one that stored what a later attempt found in the log. */
    boolean stored(AppendBatch found) {
      UUID first = transaction.decided().appended().getFirst().envelope().id();
      return found.appended().stream().noneMatch(record -> record.envelope().id().equals(first));
    }

    Stream<MissedWork> missed() {
      return missedWork(runs.failures(), transaction.decided());
    }
  }

  /** Records that are in the log without the work of a participant. */
  record MissedWork(
      TransactionParticipant participant, Throwable failure, List<StoredRecord> records) {}

  /**
   * What became of each append, and which participants have to be told.
   *
   * @param batch decided last; holds none of the records that an earlier attempt stored
   */
  record Result(AppendBatch batch, List<MissedWork> missed) {}

  /**
   * @return fails with what the database or the connection said if certainly nothing of the batch
   *     is stored, with {@link AppendOutcomeUnknownException} if a commit was sent and its outcome
   *     is not known
   */
  Uni<Result> run() {
    return attempt()
        .map(this::result)
        .onFailure(failure -> !inDoubt.isEmpty())
        .transform(failure ->
            new AppendOutcomeUnknownException(
                "The connection broke while the records were being committed, and the database"
                    + " could not be asked since; append the same records again to learn the"
                    + " outcome",
                failure));
  }

  private Result result(AppendBatch batch) {
    Stream<MissedWork> before =
        inDoubt.stream().filter(earlier -> earlier.stored(batch)).flatMap(Attempt::missed);
    Stream<MissedWork> now = Stream.concat(missedWork(excluded, batch), attempt.missed());
    return new Result(batch, Stream.concat(before, now).toList());
  }

  private static Stream<MissedWork> missedWork(
      Map<TransactionParticipant, Throwable> failures, AppendBatch batch) {
    return failures.entrySet().stream()
        .filter(failure -> !batch.appended().isEmpty())
        .map(failure -> new MissedWork(failure.getKey(), failure.getValue(), batch.appended()));
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
    List<TransactionParticipant> others =
        participants.stream().filter(participant -> !excluded.containsKey(participant)).toList();
    attempt = null;
    return connection
        .get()
        .chain(open -> attempt(open, new ParticipantRuns(others, timeout)))
        .ifNoItem()
        .after(Duration.ofMillis(timeout.toMillis() * (2 + others.size())))
        .fail()
        .onFailure(PostgresFailures::connectionLost)
        .recoverWithUni(this::afterLoss);
  }

  private Uni<AppendBatch> attempt(AppendConnection.Open open, ParticipantRuns runs) {
    attempt = new Attempt(new AppendTransaction(open, requests, runs), runs);
    return attempt.transaction().run();
  }

  private Uni<AppendBatch> afterLoss(Throwable failure) {
    connection.discard();
    boolean spoilt = failure instanceof ParticipantRuns.Spoilt;
    if (attempt != null && (spoilt || attempt.transaction().commitSent())) {
      inDoubt.add(attempt);
    }
    if (failure instanceof ParticipantRuns.Spoilt one) {
      excluded.put(one.participant(), one);
      return attempt();
    }
    if (lostBefore) {
      return Uni.createFrom().failure(failure);
    }
    lostBefore = true;
    return attempt();
  }
}
