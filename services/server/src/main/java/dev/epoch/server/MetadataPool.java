package dev.epoch.server;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;

/**
 * The pool of the metadata database. Its statements are few and some are long: each connection
 * keeps all of them prepared, where the driver by itself keeps those of 2,048 characters at most.
 */
@Singleton
public final class MetadataPool implements PgPoolCreator {

  private static final int LONGEST_KEPT_STATEMENT = 32_768;

  @Override
  public Pool create(Input input) {
    input
        .pgConnectOptionsList()
        .forEach(options -> options.setPreparedStatementCacheSqlLimit(LONGEST_KEPT_STATEMENT));
    return PgBuilder.pool()
        .with(input.poolOptions())
        .connectingTo(input.pgConnectOptionsList().getFirst())
        .using(input.vertx())
        .build();
  }
}
