package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.postgres.catalog.TableShape;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.StateResolver;
import java.util.List;
import java.util.Optional;

/** No operation goes on from changes that are not all of them. */
final class CaptureCheck {
  private static final String OPEN =
      "SELECT table_id, epoch.capture_problem(table_id, $1) FROM unnest($2::text[]) AS table_id";

  private final Session session;
  private final StateResolver resolver;
  private final Operation operation;

  CaptureCheck(Session session, StateResolver resolver, Operation operation) {
    this.session = session;
    this.resolver = resolver;
    this.operation = operation;
  }

  /** Fails where changes of one of the tables may not have been captured. */
  void require(List<OperationTable> tables) {
    if (operation.branch().isDefault()) {
      tables.forEach(table ->
          Optional.ofNullable(resolver.live(session, table.handle()).shape())
              .flatMap(TableShape::uncaptured)
              .ifPresent(problem -> refuse(table.handle(), problem)));
      return;
    }
    List<OperationTable> open =
        tables.stream()
            .filter(table -> table.placement() != null && table.placement().open() != null)
            .toList();
    if (open.isEmpty()) {
      return;
    }
    session
        .list(
            OPEN,
            row -> row,
            operation.branch().id(),
            open.stream().map(OperationTable::id).toArray(String[]::new))
        .forEach(row ->
            Optional.ofNullable(row.getString(1))
                .ifPresent(problem ->
                    open.stream()
                        .filter(table -> table.id().equals(row.getString(0)))
                        .forEach(table -> refuse(table.handle(), problem))));
  }

  private void refuse(TableHandle table, String problem) {
    throw new CaptureOffException(
        table.name(), operation.branch().name(), operation.branch().isDefault(), problem);
  }
}
