package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Load;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.MetadataSchema;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.qa.process.Database;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.HdrHistogram.Histogram;

/**
 * Small events appended to the log by 64 writers, each with one event at a time under way. Raw: as
 * many rows under way, in INSERTs of 64 rows by one session, into a table of the same columns and
 * indexes.
 */
public final class EventAppend implements Measure {

  private static final int WRITERS = 64;
  private static final int PARTS = 4;
  private static final int CONNECTIONS = 16;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Actor ACTOR = new Actor("ada", "Ada", "ada@example.org");

  /** As long as the log's. */
  private static final byte[] DIGEST = new byte[32];

  /** A name for the streams of each part, so that all begin at version 1. */
  private int part;

  @Override
  public String id() {
    return "append";
  }

  @Override
  public String description() {
    return "events appended per second by 64 writers";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Database database = workbench.database("event_log");
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost(database.host())
            .setPort(database.port())
            .setDatabase(database.name())
            .setUser(database.user())
            .setPassword(database.password())
            .setCachePreparedStatements(true);
    Vertx vertx = Vertx.vertx();
    Pool pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(CONNECTIONS))
            .connectingTo(options)
            .using(vertx)
            .build();
    try {
      new MetadataSchema(pool).apply(List.of(EventLogMigrations.ALL)).await().atMost(LIMIT);
      database.execute("CREATE TABLE plain (LIKE epoch.events INCLUDING ALL)");
      PostgresEventLog log =
          new PostgresEventLog(PostgresLogConfiguration.of(vertx, pool, options));
      try (Connection session = database.connect()) {
        return compare(workbench, log, session);
      } finally {
        log.close().await().atMost(LIMIT);
      }
    } finally {
      pool.close().await().atMost(LIMIT);
      vertx.close().await().atMost(LIMIT);
    }
  }

  private List<Figure> compare(Workbench workbench, PostgresEventLog log, Connection session)
      throws Exception {
    Duration length = Duration.ofSeconds(workbench.scale().seconds());
    Histogram latency = Latency.histogram();
    List<Double> ratios = new ArrayList<>();
    List<Double> rawRates = new ArrayList<>();
    List<Double> rates = new ArrayList<>();
    long[] position = {0};
    for (int i = 0; i <= PARTS; i++) {
      double raw = Load.run(1, length, writer -> insert(session, position)).rate();
      part++;
      Load.Result appended = Load.run(WRITERS, length, writer -> append(log, writer));
      if (i > 0) {
        ratios.add(appended.rate() / raw);
        rawRates.add(raw);
        rates.add(appended.rate());
        latency.add(appended.latency());
      }
    }
    return List.of(
        new Figure(
            id(),
            "of raw multi-row INSERT",
            "x",
            Goal.atLeast(0.6, 0.8),
            median(ratios),
            Collections.min(ratios),
            Collections.max(ratios),
            null,
            Latency.of(latency),
            "events a second divided by rows a second: more is better; the interval is the range"),
        Figure.value(id(), "64 writers", "/s", null, median(rates), null),
        Figure.value(id(), "raw, INSERT of 64 rows", "/s", null, median(rawRates), null));
  }

  private Load.Step append(PostgresEventLog log, int writer) {
    String stream = "stream-" + part + "-" + writer;
    long[] version = {0};
    return () -> {
      log.append(stream, version[0], List.of(event(version[0]))).await().atMost(LIMIT);
      version[0]++;
      return 1;
    };
  }

  private static Load.Step insert(Connection session, long[] position) throws Exception {
    String row = "(?, ?, ?, ?, 'event', 'something-happened', 1, now(), ?, ?, ?, ?, NULL, ?, ?)";
    PreparedStatement insert =
        session.prepareStatement(
            "INSERT INTO plain VALUES " + String.join(", ", Collections.nCopies(WRITERS, row)));
    return () -> {
      int parameter = 1;
      for (int i = 0; i < WRITERS; i++) {
        long number = ++position[0];
        insert.setLong(parameter++, number);
        insert.setString(parameter++, "stream-" + i);
        insert.setLong(parameter++, number);
        insert.setObject(parameter++, UUID.randomUUID());
        insert.setString(parameter++, ACTOR.id());
        insert.setString(parameter++, ACTOR.name());
        insert.setString(parameter++, ACTOR.email());
        insert.setObject(parameter++, UUID.randomUUID());
        insert.setString(parameter++, "{\"number\": " + number + "}");
        insert.setBytes(parameter++, DIGEST);
      }
      insert.executeUpdate();
      return WRITERS;
    };
  }

  private static Envelope event(long number) {
    return new Envelope(
        UUID.randomUUID(),
        RecordKind.EVENT,
        "something-happened",
        1,
        Instant.now().truncatedTo(ChronoUnit.MICROS),
        ACTOR,
        UUID.randomUUID(),
        null,
        "{\"number\": " + number + "}");
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
