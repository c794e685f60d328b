package dev.epoch.log.postgres;

import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.Owner;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * A process among those that share a log in PostgreSQL.
 *
 * <p>It is there as long as it renews its lease <em>and</em> a session of it holds an advisory
 * lock: the operating system closes the connections of a process that dies, so that nobody has to
 * wait for the lease of one. One that is paused keeps its session, and its lease runs out.
 */
final class PostgresMembership implements Membership {
  private static final String HOLD = "SELECT pg_advisory_lock($1)";

  private static final String FORGET_OTHERS =
      """
      DELETE FROM epoch.servers
      WHERE lease_until < clock_timestamp() - interval '1 hour'
      """;

  private static final String RENEW =
      """
      INSERT INTO epoch.servers (id, address, session_key, lease_until)
      VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond')
      ON CONFLICT (id) DO UPDATE
      SET session_key = excluded.session_key, lease_until = excluded.lease_until
      """;

  /** What owners depend on: as long as it stays the same, they do. */
  private static final String STANDING =
      """
      SELECT
        owner_changes,
        ARRAY(
          SELECT id
          FROM epoch.servers
          WHERE id = $1 OR (lease_until > clock_timestamp() AND NOT pg_try_advisory_xact_lock_shared(session_key))
          ORDER BY id
        ) AS present
      FROM epoch.log_head
      """;

  private static final String OWNERS =
      """
      SELECT stream, fence, server, address
      FROM epoch.stream_owners
      JOIN epoch.servers ON servers.id = stream_owners.server
      WHERE servers.id = ANY ($1)
      """;

  private static final String ACQUIRE =
      "SELECT stream, fence, server, address FROM epoch.acquire_streams($1, $2)";

  private static final String RELEASE = "SELECT epoch.release_streams($1, $2)";
  private static final String LEAVE = "DELETE FROM epoch.servers WHERE id = $1";

  private final PostgresLogConfiguration configuration;
  private final PgConnectOptions options;
  private final Member self;
  private final Duration lease;
  private Uni<Session> session;
  private volatile Seen seen = new Seen(-1, List.of(), Map.of());
  private volatile boolean left;

  /**
   * @param key that it holds, another one for each: a dead connection may hold its own for a while
   */
  private record Session(PgConnection connection, long key) {}

  /**
   * @param changes of owners, as counted by the log
   * @param present ids of members
   */
  private record Seen(long changes, List<UUID> present, Map<String, Owner> owners) {
    boolean isAsOf(long now, List<UUID> members) {
      return changes == now && present.equals(members);
    }
  }

  PostgresMembership(PostgresLogConfiguration configuration, Member self, Duration lease) {
    if (lease.toMillis() < 1) {
      throw new IllegalArgumentException("a lease of " + lease);
    }
    this.configuration = configuration;
    this.options = new PgConnectOptions(configuration.connectOptions()).setTcpKeepAlive(true);
    this.self = self;
    this.lease = lease;
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public Uni<Map<String, Owner>> acquire(Collection<String> streams) {
    String[] wanted = streams.toArray(String[]::new);
    return asked(_ ->
        // beside the session, which renews while this waits for appends in flight
        query(configuration.pool(), ACQUIRE, Tuple.of(self.id(), wanted))
            .map(PostgresMembership::owners));
  }

  @Override
  public Uni<Map<String, Owner>> renew() {
    return asked(joined ->
        renewLease(joined)
            .chain(() -> query(joined.connection(), STANDING, Tuple.of(self.id())))
            .chain(rows -> seen(joined.connection(), rows.iterator().next())));
  }

  private Uni<Map<String, Owner>> seen(PgConnection connection, Row standing) {
    long changes = standing.getLong("owner_changes");
    List<UUID> present = Arrays.asList(standing.getArrayOfUUIDs("present"));
    Seen before = seen;
    if (before.isAsOf(changes, present)) {
      return Uni.createFrom().item(before.owners());
    }
    return query(connection, OWNERS, Tuple.of(present.toArray(UUID[]::new)))
        .map(rows -> {
          // read after the number: what changed since is read again with the next one
          Seen now = new Seen(changes, present, owners(rows));
          seen = now;
          return now.owners();
        });
  }

  @Override
  public Uni<Void> release(Collection<String> streams) {
    return asked(_ -> release(streams.toArray(String[]::new)));
  }

  private Uni<Void> release(String[] streams) {
    return query(configuration.pool(), RELEASE, Tuple.of(self.id(), streams)).replaceWithVoid();
  }

  @Override
  public Uni<Void> leave() {
    Uni<Session> joined;
    synchronized (this) {
      joined = session;
      left = true;
    }
    if (joined == null) {
      return Uni.createFrom().voidItem();
    }
    return translated(
        release((String[]) null)
            .chain(() -> query(configuration.pool(), LEAVE, Tuple.of(self.id())))
            .replaceWithVoid()
            .eventually(() ->
                joined.chain(open -> open.connection().close()).onFailure().recoverWithNull()));
  }

  private <T> Uni<T> asked(Function<Session, Uni<T>> question) {
    return translated(
        Uni.createFrom()
            .deferred(() ->
                left
                    ? Uni.createFrom().failure(new IllegalStateException("It has left the log"))
                    : session())
            .chain(joined -> question.apply(joined)));
  }

  private <T> Uni<T> translated(Uni<T> asked) {
    return asked
        .ifNoItem()
        .after(configuration.timeout())
        .fail()
        .onFailure()
        .transform(
            failure -> new LogUnavailableException("Owners of streams are not known now", failure));
  }

  /** The open session, or a new one. A lost one is found out by its end, or by a renewal. */
  private synchronized Uni<Session> session() {
    if (session == null) {
      session =
          PgConnection.connect(configuration.vertx(), options)
              .chain(connection ->
                  join(new Session(connection, ThreadLocalRandom.current().nextLong()))
                      .onFailure()
                      .call(() -> connection.close().onFailure().recoverWithNull()))
              .ifNoItem()
              .after(configuration.timeout())
              .fail()
              .memoize()
              .indefinitely();
      Uni<Session> opening = session;
      return opening
          .invoke(joined -> joined.connection().closeHandler(() -> forget(opening)))
          .onFailure()
          .invoke(() -> forget(opening));
    }
    return session;
  }

  private Uni<Session> join(Session opened) {
    PgConnection connection = opened.connection();
    connection.exceptionHandler(failure -> {});
    return connection
        .query("SET application_name = 'epoch server'; SET synchronous_commit = off")
        .execute()
        .chain(() -> query(connection, HOLD, Tuple.of(opened.key())))
        .chain(() -> query(connection, FORGET_OTHERS, Tuple.tuple()))
        .chain(() -> renewLease(opened))
        .replaceWith(opened);
  }

  private Uni<Void> renewLease(Session joined) {
    return query(
            joined.connection(),
            RENEW,
            Tuple.of(self.id(), self.address(), joined.key(), lease.toMillis()))
        .replaceWithVoid()
        .ifNoItem()
        .after(configuration.timeout())
        .fail()
        .onFailure()
        .invoke(() -> joined.connection().closeAndForget());
  }

  private synchronized void forget(Uni<Session> lost) {
    if (session == lost) {
      session = null;
    }
  }

  private static Uni<RowSet<Row>> query(SqlClient client, String sql, Tuple values) {
    return client.preparedQuery(sql).execute(values);
  }

  private static Map<String, Owner> owners(RowSet<Row> rows) {
    Map<String, Owner> owners = HashMap.newHashMap(rows.size());
    for (Row row : rows) {
      String stream = row.getString("stream");
      Member member = new Member(row.getUUID("server"), row.getString("address"));
      owners.put(stream, new Owner(stream, row.getLong("fence"), member));
    }
    return Map.copyOf(owners);
  }
}
