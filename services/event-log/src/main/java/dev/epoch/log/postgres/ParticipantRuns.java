package dev.epoch.log.postgres;

import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The participants of one transaction, each under its own savepoint, and how they fared. */
final class ParticipantRuns {
  private static final String BEGIN = "SAVEPOINT participant";

  /** Checks deferred constraints while they can still be undone. */
  private static final String KEEP = "SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT participant";

  private static final String UNDO =
      "ROLLBACK TO SAVEPOINT participant; RELEASE SAVEPOINT participant";

  private final List<TransactionParticipant> participants;
  private final Duration timeout;
  private final Map<TransactionParticipant, Throwable> failures = new LinkedHashMap<>();

  ParticipantRuns(List<TransactionParticipant> participants, Duration timeout) {
    this.participants = List.copyOf(participants);
    this.timeout = timeout;
  }

  /**
   * After this participant nobody knows what state the transaction is in: it gave no answer in
   * time, or ended it.
   */
  static final class Spoilt extends RuntimeException {
    private final transient TransactionParticipant participant;

    private Spoilt(TransactionParticipant participant, String message, Throwable cause) {
      super(message, cause, false, false);
      this.participant = participant;
    }

    TransactionParticipant participant() {
      return participant;
    }
  }

  boolean isEmpty() {
    return participants.isEmpty();
  }

  /** The participants whose work is not part of the transaction. */
  Map<TransactionParticipant, Throwable> failures() {
    return failures;
  }

  /** Fails only if the transaction cannot go on. */
  Uni<Void> run(SqlConnection transaction, List<StoredRecord> records) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (TransactionParticipant participant : participants) {
      all = all.chain(() -> run(participant, transaction, records));
    }
    return all;
  }

  private Uni<Void> run(
      TransactionParticipant participant, SqlConnection transaction, List<StoredRecord> records) {
    return Uni.combine()
        .all()
        .unis(statement(transaction, BEGIN), work(participant, transaction, records))
        .discardItems()
        .chain(() -> statement(transaction, KEEP))
        .onFailure(failure -> !(failure instanceof Spoilt))
        .recoverWithUni(failure -> undo(participant, transaction, failure));
  }

  private Uni<Void> work(
      TransactionParticipant participant, SqlConnection transaction, List<StoredRecord> records) {
    return Uni.createFrom()
        .deferred(() -> participant.beforeCommit(transaction, records))
        .ifNoItem()
        .after(timeout)
        .failWith(() ->
            new Spoilt(
                participant,
                "No answer within " + timeout + "; the transaction was given up",
                null));
  }

  private Uni<Void> undo(
      TransactionParticipant participant, SqlConnection transaction, Throwable failure) {
    failures.put(participant, failure);
    return statement(transaction, UNDO)
        .onFailure(undone -> !PostgresFailures.connectionLost(undone))
        .transform(undone ->
            new Spoilt(participant, "It ended the transaction that it was called in", undone));
  }

  private static Uni<Void> statement(SqlConnection transaction, String sql) {
    return transaction.query(sql).execute().replaceWithVoid();
  }
}
