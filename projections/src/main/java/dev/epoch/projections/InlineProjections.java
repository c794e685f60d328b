package dev.epoch.projections;

import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.TransactionParticipant;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Moves the inline projections in the transaction that appends, as long as they stand right before
 * the batch. One that is behind is left to the {@link ProjectionRunner}, which brings it back, and
 * so are repositories that it stopped at; the log never waits for it.
 */
public final class InlineProjections implements TransactionParticipant {
  static final String LIVE = "epoch_read";

  /** Less than the statements that the client has under way on a connection. */
  private static final int PIPELINED = 128;

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
    return Uni.combine()
        .all()
        .unis(Checkpoints.lock(transaction, names), inSchema(transaction, LIVE))
        .with((checkpoints, _) ->
            checkpoints.stream()
                .filter(checkpoint -> checkpoint.position() == before)
                .collect(Collectors.toMap(Checkpoint::name, Function.identity())))
        .chain(ready ->
            ready.isEmpty()
                ? Uni.createFrom().voidItem()
                : inOrder(
                    Stream.concat(
                        work(transaction, ready, appended),
                        Stream.of(
                            Checkpoints.move(transaction, List.copyOf(ready.keySet()), last)))));
  }

  private Stream<Uni<Void>> work(
      SqlConnection transaction, Map<String, Checkpoint> ready, List<StoredRecord> appended) {
    List<TableProjector> moving =
        projectors.stream().filter(projector -> ready.containsKey(projector.name())).toList();
    return appended.stream()
        .flatMap(stored -> decoder.decode(stored).stream())
        .flatMap(event ->
            moving.stream()
                .filter(projector ->
                    !ready.get(projector.name()).stops().containsKey(event.repository()))
                .map(projector -> projector.apply(transaction, event)));
  }

  /**
   * Sends the statements of all one behind another without waiting for answers in between, which is
   * what {@link TableProjector#apply} allows.
   */
  static Uni<Void> inOrder(Stream<Uni<Void>> work) {
    return Multi.createFrom()
        .iterable(work.toList())
        .onItem()
        .transformToUni(one -> one)
        .merge(PIPELINED)
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

  /**
   * They are behind now; the runner tries event by event, and stops at the repository of one that
   * fails.
   */
  @Override
  public void failed(Throwable failure, List<StoredRecord> records) {
    System.getLogger(InlineProjections.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "Inline projections stopped before position " + records.getFirst().position(),
            failure);
  }
}
