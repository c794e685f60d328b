package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.layered.StateLayers;
import dev.epoch.storage.relational.LayerTable.LayerColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tables begin and cease to be versioned. */
final class Registration {
  private final RelationalStore store;

  Registration(RelationalStore store) {
    this.store = store;
  }

  void install(OperationId operation, TableHandle handle) {
    repair(handle, operation.position());
  }

  void repair(TableHandle handle, long position) {
    try (RelationalSession session = store.begin(true)) {
      for (LayerTable other : store.registry.tables(session)) {
        if (!other.archived()
            && other.path().equals(handle.path())
            && !other.id().equals(handle.id())) {
          throw new TableOwnedException(
              "Repository %s versions table %s"
                  .formatted(other.repository(), handle.path().table()),
              "Remove it there first (epoch table remove)");
        }
      }
      LiveTable live = TableShapes.read(session, handle.path());
      Optional<LayerTable> former = store.registry.table(session, handle.id());
      if (former.isPresent() && !former.get().archived()) {
        LayerTable table = TableShapes.named(session, former.get());
        // its rows as they are count as committed
        store.registry.put(session, TableShapes.follow(session, table, live).replaced(false));
      } else {
        make(session, handle, live, position);
      }
      session.commit();
    }
  }

  private void make(RelationalSession session, TableHandle handle, LiveTable live, long position) {
    List<LayerColumn> columns = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    List<String> key = new ArrayList<>();
    for (String name : handle.schema().primaryKey()) {
      key.add(handle.schema().column(name).orElseThrow().id());
    }
    for (Column column : handle.schema().columns()) {
      LiveColumn now = live.column(column.name());
      if (now != null) {
        columns.add(
            TableShapes.layer(
                session, "c" + (columns.size() + 1), column, now, key.contains(column.id())));
        names.put(column.id(), column.name());
      }
    }
    LayerTable table =
        new LayerTable(
            store.registry.nextTable(session),
            handle.id(),
            handle.repository(),
            handle.path(),
            position,
            false,
            false,
            key,
            columns,
            names);
    if (!store.dialect.definesInTransactions()) {
      // of an attempt that was broken off
      TableShapes.uncapture(session, table);
      session.define(dropLayers(table));
    }
    String definitions =
        columns.stream().map(LayerColumn::definition).collect(Collectors.joining(", "));
    String keyNames = String.join(", ", table.keyNames());
    String options = store.dialect.clusteredTable();
    session.define(
        """
        CREATE TABLE %s (%s, valid_from BIGINT NOT NULL, valid_to BIGINT NOT NULL,
          present INTEGER NOT NULL, PRIMARY KEY (%s, valid_to))%s\
        """
            .formatted(table.history(), definitions, keyNames, options));
    session.define("CREATE INDEX %1$s_to ON %1$s (valid_to)".formatted(table.history()));
    session.define(
        """
        CREATE TABLE %s (branch BIGINT NOT NULL, %s, valid_from BIGINT NOT NULL,
          valid_to BIGINT NOT NULL, present INTEGER NOT NULL,
          PRIMARY KEY (branch, %s, valid_from))%s\
        """
            .formatted(table.overlay(), definitions, keyNames, options));
    for (String end : List.of("from", "to")) {
      session.define(
          "CREATE INDEX %1$s_%2$s ON %1$s (branch, valid_%2$s)".formatted(table.overlay(), end));
    }
    TableShapes.capture(session, table, live);
    store.registry.put(session, table);
  }

  // ---- the end

  void requireRemovable(TableHandle handle, Removal how) {
    try (RelationalSession session = store.beginOnLive()) {
      Optional<LayerTable> table = store.registry.table(session, handle.id());
      if (table.isPresent() && !table.get().archived()) {
        requireNothingPending(session, handle, table.get(), how);
      }
    }
  }

  /** Branches with work that is not committed refuse it; the session may be left as it is. */
  private void requireNothingPending(
      RelationalSession session, TableHandle handle, LayerTable table, Removal how) {
    if (how.force()) {
      return;
    }
    List<String> atWork = new ArrayList<>();
    for (Registry.HeadOfBranch branch : store.registry.heads(session, table.number())) {
      long left =
          branch.isDefault()
              ? session.dropUnchangedLive(handle)
              : session.dropUnchanged(handle, branch.id(), StateLayers.at(branch.head()));
      if (left > 0) {
        atWork.add(branch.name());
      }
    }
    if (!atWork.isEmpty()) {
      throw new PendingChangesException(handle.name(), atWork.stream().sorted().toList());
    }
  }

  void remove(TableHandle handle, Removal how) {
    try (RelationalSession session = store.beginOnLive()) {
      Optional<LayerTable> found = store.registry.table(session, handle.id());
      if (found.isEmpty()) {
        return;
      }
      LayerTable table = found.get();
      if (table.archived()) {
        TableShapes.uncapture(session, table);
        if (!how.keep()) {
          drop(session, table);
        }
        session.commit();
        return;
      }
      requireNothingPending(session, handle, table, how);
      if (how.keep()) {
        archive(session, TableShapes.named(session, table));
      } else {
        TableShapes.uncapture(session, table);
        drop(session, table);
      }
      session.commit();
    }
  }

  /** The live table as it was committed last is copied, and stands for it from now on. */
  private void archive(RelationalSession session, LayerTable table) {
    StateSql sql = session.sql(table);
    session.define("DROP TABLE IF EXISTS " + table.archive());
    session.define(
        "CREATE TABLE %s (%s, PRIMARY KEY (%s))%s"
            .formatted(
                table.archive(),
                table.columns().stream()
                    .map(LayerColumn::definition)
                    .collect(Collectors.joining(", ")),
                String.join(", ", table.keyNames()),
                store.dialect.clusteredTable()));
    session.execute(
        "INSERT INTO %s %s"
            .formatted(
                table.archive(),
                sql.select(
                    table.columns().stream().map(LayerColumn::column).toList(),
                    StateLayers.live(Layer.UNCOMMITTED - 1),
                    "",
                    "",
                    null)));
    store.registry.put(
        session,
        new LayerTable(
            table.number(),
            table.id(),
            table.repository(),
            table.path(),
            table.position(),
            true,
            false,
            table.key(),
            table.columns(),
            Map.of()));
    session.settle();
    TableShapes.uncapture(session, table);
    session.execute(
        "DELETE FROM %s WHERE valid_to = %d".formatted(table.history(), Layer.UNCOMMITTED));
    session.execute(
        "DELETE FROM %s WHERE valid_from = %d".formatted(table.overlay(), Layer.UNCOMMITTED));
  }

  private void drop(RelationalSession session, LayerTable table) {
    store.registry.remove(session, table);
    session.define(dropLayers(table));
  }

  private static List<String> dropLayers(LayerTable table) {
    return Stream.of(table.history(), table.overlay(), table.archive())
        .map(layer -> "DROP TABLE IF EXISTS " + layer)
        .toList();
  }

  List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
    try (RelationalSession session = store.begin(true)) {
      List<LayerTable> reclaimed =
          store.registry.tables(session).stream()
              .filter(table -> table.archived() && table.repository().equals(repository))
              .filter(table -> !kept.contains(table.id()))
              .toList();
      if (!dryRun) {
        reclaimed.forEach(table -> drop(session, table));
        session.commit();
      }
      return reclaimed.stream().map(LayerTable::id).toList();
    }
  }

  void uninstall() {
    if (!store.isPrepared()) {
      return;
    }
    try (RelationalSession session = store.begin(true)) {
      for (LayerTable table : store.registry.tables(session)) {
        if (!table.archived()) {
          TableShapes.uncapture(session, table);
        }
        drop(session, table);
      }
      store.registry.drop(session);
      session.commit();
    }
    store.forget();
  }
}
