package dev.epoch.api.table;

import dev.epoch.api.storage.StorageView;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.projections.history.TableRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tables that a ref shows: at a branch those of its head and, on the default branch, those
 * registered since; at a commit those that it holds.
 *
 * @param label the ref, for messages
 * @param commit id of the commit that the ref stands for, null for the hidden root
 * @param tables by name
 * @param storages by name
 */
record TablesAt(
    String label, String commit, List<TableRow> tables, Map<String, StorageView> storages) {

  List<TableView> views() {
    return tables.stream().map(this::view).toList();
  }

  TableView view(TableRow table) {
    return TableView.of(storages.get(table.storage()), table);
  }

  /** The storage that a table is in; refused if it is gone. */
  StorageView storage(TableRow table) {
    return Optional.ofNullable(storages.get(table.storage()))
        .orElseThrow(() -> StorageService.notFound(table.storage()));
  }

  /** The table of this name; refused if there is none. */
  TableRow named(String name) {
    return tables.stream()
        .filter(table -> table.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new RefusedException(
                Code.TABLE_NOT_FOUND,
                "Table '" + name + "' is not in " + label,
                Map.of("table", name, "ref", label)));
  }
}
