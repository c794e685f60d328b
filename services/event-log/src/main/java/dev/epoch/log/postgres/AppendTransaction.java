package dev.epoch.log.postgres;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One transaction that appends a batch.
 *
 * <p>What the connection knows of the log usually tells what becomes of the batch ({@link
 * VersionCache}). The database then stores it on the condition that the head has not moved:
 *
 * <pre>
 *   predict                                                       in memory
 *   BEGIN, insert and move the head if it stands there            one round trip
 *     and no stream has another owner, COMMIT
 * </pre>
 *
 * <p>If the head stands elsewhere, an id is in the log already, or too little is known, it asks:
 *
 * <pre>
 *   BEGIN, lock the head, versions and fences, known ids          one round trip
 *   AppendBatch.decide                                            in memory
 *   insert and move the head, COMMIT                              one round trip
 * </pre>
 *
 * <p>The lock and the reads are different statements on purpose: a statement that waits for a lock
 * sees the other tables as they were before it waited.
 */
final class AppendTransaction {

  private final PgConnection connection;
  private final VersionCache known;
  private final List<AppendRequest> requests;
  private boolean commitSent;

  AppendTransaction(AppendConnection.Open open, List<AppendRequest> requests) {
    this.connection = open.connection();
    this.known = open.known();
    this.requests = requests;
  }

  /** Whether a lost connection leaves open if the transaction was committed. */
  boolean commitSent() {
    return commitSent;
  }

  /**
   * @return fails with what the database or the connection said; after an answer of the database
   *     nothing is stored and the connection has no open transaction
   */
  Uni<AppendBatch> run() {
    return known
        .predict(requests)
        .map(this::storeForeseen)
        .orElseGet(this::askAndStore)
        .invoke(known::stored)
        .onFailure(failure -> !PostgresFailures.connectionLost(failure))
        .call(this::rollback);
  }

  private Uni<AppendBatch> storeForeseen(AppendBatch batch) {
    return inserted(statement("BEGIN"), batch)
        .onFailure(PostgresFailures::notUnique)
        .recoverWithItem(false)
        .chain(there -> there ? Uni.createFrom().item(batch) : rollback().chain(this::askAndStore));
  }

  private Uni<AppendBatch> askAndStore() {
    commitSent = false;
    return decide().call(batch -> batch.appended().isEmpty() ? rollback() : store(batch));
  }

  private Uni<AppendBatch> decide() {
    String[] streams =
        requests.stream().map(AppendRequest::stream).distinct().toArray(String[]::new);
    UUID[] ids =
        requests.stream()
            .flatMap(request -> request.records().stream())
            .map(Envelope::id)
            .toArray(UUID[]::new);
    Uni<Row> head =
        prepared(EventRows.LOCK_HEAD, Tuple.tuple()).map(rows -> rows.iterator().next());
    Uni<Map<String, Long>> versions =
        prepared(EventRows.VERSIONS, Tuple.tuple().addArrayOfString(streams))
            .map(EventRows::versions);
    Uni<Map<String, Long>> fences =
        prepared(EventRows.FENCES, Tuple.tuple().addArrayOfString(streams)).map(EventRows::fences);
    Uni<Map<UUID, AppendBatch.Place>> places =
        prepared(EventRows.PLACES, Tuple.tuple().addArrayOfUUID(ids)).map(EventRows::places);
    return Uni.combine()
        .all()
        .unis(statement("BEGIN"), head, versions, fences, places)
        .with((_, at, standing, owned, there) -> {
          long position = at.getLong("position");
          known.asked(position, at.getLong("owner_changes"), standing, owned);
          return AppendBatch.decide(requests, position, standing, owned, there);
        });
  }

  private Uni<Void> store(AppendBatch batch) {
    return inserted(Uni.createFrom().voidItem(), batch)
        .invoke(there -> {
          if (!there) {
            throw new IllegalStateException("The head of the log moved under its lock");
          }
        })
        .replaceWithVoid();
  }

  /** Whether the head stood where the batch begins. The transaction is over then. */
  private Uni<Boolean> inserted(Uni<Void> before, AppendBatch batch) {
    Uni<Boolean> insert =
        prepared(EventRows.INSERT, EventRows.insertion(batch.appended(), known.ownerChanges()))
            .map(rows -> rows.size() == 1);
    return Uni.combine().all().unis(before, insert, commit()).with((_, there, _) -> there);
  }

  private Uni<Void> commit() {
    return Uni.createFrom()
        .deferred(() -> {
          commitSent = true;
          return statement("COMMIT");
        });
  }

  private Uni<Void> rollback() {
    return statement("ROLLBACK");
  }

  private Uni<Void> statement(String sql) {
    return connection.query(sql).execute().replaceWithVoid();
  }

  private Uni<RowSet<Row>> prepared(String sql, Tuple values) {
    return connection.preparedQuery(sql).execute(values);
  }
}
