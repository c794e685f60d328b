package dev.epoch.log.postgres;

import dev.epoch.events.Envelope;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.log.testing.TailProbe;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** An empty log in PostgreSQL for each test, opened as if by several processes, and tails of it. */
abstract class PostgresLogScenario {
  static final Duration WAIT = Duration.ofSeconds(30);

  /** For records that were stored past the log, without a digest. */
  static final String GIVE_DIGESTS =
      """
      UPDATE epoch.events
      SET digest = epoch.record_digest(
        position, stream, version, id, kind, type, schema_version, time, actor_id, actor_name, actor_email, causation,
        idempotency_key, data)
      WHERE digest = ''
      """;

  static PostgresClients clients;

  private final List<PostgresEventLog> logs = new ArrayList<>();
  private final List<TailProbe> tails = new ArrayList<>();

  @BeforeAll
  static void createDatabase() {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL));
  }

  @AfterAll
  static void dropDatabase() {
    clients.close();
  }

  @BeforeEach
  void emptyLog() {
    clients.execute(
        "TRUNCATE epoch.events; TRUNCATE epoch.stream_owners; UPDATE epoch.log_head SET position = 0");
  }

  @AfterEach
  void closeLogs() {
    tails.forEach(TailProbe::close);
    logs.forEach(log -> await(log.close()));
  }

  PostgresLogConfiguration configuration() {
    return PostgresLogConfiguration.of(
        clients.vertx(), clients.pool(), clients.database().connectOptions());
  }

  PostgresEventLog open(PostgresLogConfiguration configuration) {
    PostgresEventLog log = new PostgresEventLog(configuration);
    logs.add(log);
    return log;
  }

  PostgresEventLog open() {
    return open(configuration());
  }

  /** From now on appending transactions stay open for some milliseconds, some for longer. */
  void slowAppends() {
    clients.execute(
        """
        CREATE OR REPLACE FUNCTION epoch.take_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_sleep(CASE WHEN random() < 0.03 THEN random() * 0.06 ELSE random() * 0.006 END);
          RETURN NULL;
        END
        $$
        """);
    clients.execute(
        """
        CREATE OR REPLACE TRIGGER take_time AFTER INSERT ON epoch.events
        FOR EACH STATEMENT EXECUTE FUNCTION epoch.take_time()
        """);
  }

  @AfterEach
  void normalAppends() {
    clients.execute("DROP TRIGGER IF EXISTS take_time ON epoch.events");
  }

  TailProbe tail(EventLog log, long from) {
    TailProbe tail = TailProbe.of(log, from);
    tails.add(tail);
    return tail;
  }

  static List<StoredRecord> readAll(EventLog log) {
    return await(log.read(EventLog.ALL, 0).collect().asList());
  }

  static Object outcome(EventLog log, String stream, long version, Envelope... records) {
    return await(
        log.append(stream, version, List.of(records))
            .onItemOrFailure()
            .transform((result, failure) -> failure != null ? failure : result));
  }

  static <T> T await(Uni<T> uni) {
    return uni.await().atMost(WAIT);
  }
}
