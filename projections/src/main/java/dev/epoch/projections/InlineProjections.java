package dev.epoch.projections;

import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.TransactionParticipant;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * Moves the inline projections in the transaction that appends, as long as they stand right before
 * the batch. One that is behind or parked is left to the {@link ProjectionRunner}, which brings it
 * back; the log never waits for it.
 */
public final class InlineProjections implements TransactionParticipant {
  static final String LIVE = "epoch_read";

  private final List<TableProjector> projectors;
  private final EventDecoder decoder;

  public InlineProjections(List<TableProjector> projectors, EventDecoder decoder) {
    this.projectors =
        projectors.stream()
            .filter(projector -> projector.lifecycle() == Projector.Lifecycle.INLINE)
            .toList();
    this.decoder = decoder;
  }

  @Override
  public Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended) {
    long before = appended.getFirst().position() - 1;
    long last = appended.getLast().position();
    List<String> names = projectors.stream().map(Projector::name).toList();
    return Checkpoints.lock(transaction, names)
        .chain(checkpoints -> {
          List<String> ready =
              checkpoints.stream()
                  .filter(checkpoint -> !checkpoint.parked() && checkpoint.position() == before)
                  .map(Checkpoint::name)
                  .toList();
          if (ready.isEmpty()) {
            return Uni.createFrom().voidItem();
          }
          return inSchema(transaction, LIVE)
              .chain(() -> apply(transaction, ready, appended))
              .chain(() -> Checkpoints.move(transaction, ready, last));
        });
  }

  private Uni<Void> apply(
      SqlConnection transaction, List<String> ready, List<StoredRecord> appended) {
    List<TableProjector> moving =
        projectors.stream().filter(projector -> ready.contains(projector.name())).toList();
    return Multi.createFrom()
        .iterable(appended)
        .onItem()
        .transformToMultiAndConcatenate(stored ->
            Multi.createFrom()
                .iterable(decoder.decode(stored).stream().toList())
                .onItem()
                .transformToMultiAndConcatenate(event ->
                    Multi.createFrom()
                        .iterable(moving)
                        .onItem()
                        .transformToUniAndConcatenate(
                            projector -> projector.apply(transaction, event))))
        .collect()
        .last()
        .replaceWithVoid();
  }

  static Uni<Void> inSchema(SqlConnection transaction, String schema) {
    return transaction
        .query("SET LOCAL search_path = " + schema + ", pg_catalog")
        .execute()
        .replaceWithVoid();
  }

  /** They are behind now; the runner tries event by event, and parks the one that cannot go on. */
  @Override
  public void failed(Throwable failure, List<StoredRecord> records) {
    System.getLogger(InlineProjections.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "Inline projections stopped before position " + records.getFirst().position(),
            failure);
  }
}
