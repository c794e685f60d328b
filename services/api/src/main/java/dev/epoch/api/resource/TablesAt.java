package dev.epoch.api.resource;

import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tables that a ref shows: at a branch those of its head and, on the default branch, those
 * registered since; at a commit those that it holds.
 *
 * @param label the ref, for messages
 * @param all the tables
 */
record TablesAt(String label, List<Table> all) {

  /**
   * @param entry of the commit, null for a table that no commit holds yet
   */
  record Table(RegisteredTable registration, TableEntry entry) {
    /** As the commit has it, or as it was registered. */
    TableSchema schema(RepositoryState state) {
      return entry == null ? registration.schema() : state.tables().schema(entry.schemaHash());
    }
  }

  /**
   * @param ref null for the actor's branch
   */
  static TablesAt of(ApiRequest request, RepositoryState state, String ref) {
    Optional<BranchState> branch =
        ref == null || ref.equals("HEAD")
            ? Optional.of(request.branch(state, null))
            : state.branch(ref);
    if (branch.isPresent()) {
      Map<String, TableEntry> tree = state.head(branch.get()).tree();
      return new TablesAt(
          branch.get().name(),
          Backends.tables(state, branch.get()).stream()
              .map(table -> state.tables().byId().get(table.table().id()))
              .map(table -> new Table(table, entry(tree, table)))
              .toList());
    }
    CommitState commit = request.references(state).commit(ref);
    return new TablesAt(
        ref,
        commit.tree().values().stream()
            .map(entry -> new Table(state.tables().byId().get(entry.tableId()), entry))
            .filter(table -> !table.registration().removed() || table.registration().kept())
            .toList());
  }

  private static TableEntry entry(Map<String, TableEntry> tree, RegisteredTable table) {
    TableEntry entry = tree.get(table.name());
    return entry != null && entry.tableId().equals(table.id()) ? entry : null;
  }

  /** The table of this name; refused if there is none. */
  Table named(String name) {
    return all.stream()
        .filter(table -> table.registration().name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new RefusedException(
                Code.TABLE_NOT_FOUND,
                "Table '" + name + "' is not in " + label,
                Map.of("table", name, "ref", label)));
  }
}
