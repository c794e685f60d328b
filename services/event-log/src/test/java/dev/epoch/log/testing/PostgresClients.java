package dev.epoch.log.testing;

import dev.epoch.log.postgres.MetadataSchema;
import dev.epoch.log.postgres.Migrations;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.List;

/** A fresh database, and a reactive client for it. */
public record PostgresClients(Vertx vertx, PostgresServer.Database database, Pool pool)
    implements AutoCloseable {
  private static final Duration WAIT = Duration.ofSeconds(30);

  /** With the tables of these modules in it. */
  public static PostgresClients open(List<Migrations> modules) {
    return open(PostgresServer.shared().newDatabase(), modules);
  }

  public static PostgresClients open(PostgresServer.Database database, List<Migrations> modules) {
    Vertx vertx = Vertx.vertx();
    Pool pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(16))
            .connectingTo(database.connectOptions())
            .using(vertx)
            .build();
    new MetadataSchema(pool).apply(modules).await().atMost(WAIT);
    return new PostgresClients(vertx, database, pool);
  }

  /** Runs statements without parameters. */
  public void execute(String sql) {
    pool.query(sql).execute().await().atMost(WAIT);
  }

  /** The first column of the first row. */
  public long number(String sql) {
    return pool.query(sql).execute().await().atMost(WAIT).iterator().next().getLong(0);
  }

  /** Closes the clients and drops the database. */
  @Override
  public void close() {
    pool.close().await().atMost(WAIT);
    vertx.close().await().atMost(WAIT);
    PostgresServer.shared().drop(database);
  }
}
