package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.catalog.Introspector;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.List;
import java.util.Optional;

/** The registered tables of a database as a branch sees them now. */
public final class BranchTables implements MergeValidation.OtherTables {
  private final Session session;
  private final StateResolver resolver;
  private final BranchHandle branch;

  public BranchTables(Session session, StateResolver resolver, BranchHandle branch) {
    this.session = session;
    this.resolver = resolver;
    this.branch = branch;
  }

  @Override
  public Optional<Visible> visible(TablePath path) {
    return session
        .first(
            """
            SELECT table_id, name, key_columns
            FROM epoch.tables
            WHERE repository = $1 AND schema_name = $2 AND table_name = $3\
            """,
            row ->
                new TableHandle(
                    branch.repository(),
                    row.getString(0),
                    row.getString(1),
                    path,
                    Introspector.introspect(session, path, List.of(row.getArrayOfStrings(2)))
                        .schema()),
            branch.repository(),
            path.schema(),
            path.table())
        .flatMap(this::visible);
  }

  private Optional<Visible> visible(TableHandle table) {
    if (branch.isDefault()) {
      return Optional.of(
          new Visible(
              table, new PhysicalState.Live(resolver.live(session, table), PhysicalState.NOW)));
    }
    return resolver
        .placement(session, branch, table)
        .map(placement ->
            new Visible(
                table,
                placement.hasOverlay()
                    ? resolver.own(session, table, branch, placement)
                    : resolver.at(session, table, placement.source())));
  }
}
