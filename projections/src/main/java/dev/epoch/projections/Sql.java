package dev.epoch.projections;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/** Statements of a projector. */
public final class Sql {
  private Sql() {}

  public static Uni<Void> run(SqlConnection transaction, String sql, Object... values) {
    return transaction.preparedQuery(sql).execute(Tuple.from(values)).replaceWithVoid();
  }

  /** Sends them one behind another; done when all are. */
  @SafeVarargs
  public static Uni<Void> all(Uni<Void>... statements) {
    return Uni.combine().all().unis(List.of(statements)).discardItems();
  }

  public static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
