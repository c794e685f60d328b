package dev.epoch.projections;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * A read model in tables of the metadata database. It names its tables without schema: the same
 * code builds the live model and, in another schema, the one that a rebuild compares it with.
 */
public non-sealed interface TableProjector extends Projector {

  /** Statements that make its tables where they are missing. */
  List<String> tables();

  /**
   * Names of its tables. Each has a column {@code repository}, so that what is of one repository
   * can be rebuilt alone.
   */
  List<String> tableNames();

  /**
   * Applies one event. Data and checkpoint are committed together; a failure undoes both. What is
   * returned sends all its statements when it is subscribed to, see {@link Sql#all}, and does not
   * need an answer to one for the next: those of the event behind it follow at once.
   */
  Uni<Void> apply(SqlConnection transaction, ProjectedEvent event);
}
