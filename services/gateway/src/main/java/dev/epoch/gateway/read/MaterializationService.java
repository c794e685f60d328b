package dev.epoch.gateway.read;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.SchemaOnly;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Copies of branches' tables, for whoever reads a branch from a session of the database. They are
 * nobody's state: no event says that there is one, and without any all is as it was.
 */
public final class MaterializationService {
  /** With older transactions, in all databases together. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Backends backends;

  public MaterializationService(Backends backends) {
    this.backends = backends;
  }

  /**
   * A copy.
   *
   * @param table name
   * @param rows estimated
   * @param bytes on disk, with indexes
   * @param inUse whether sessions read it; else older transactions are still at work
   * @param automatic whether nobody asked for it
   */
  public record Copy(String table, long rows, long bytes, boolean inUse, boolean automatic) {}

  /**
   * Copies tables, or those that were changed on the branch if none is named; waits a while for
   * older transactions.
   *
   * @throws RefusedException of a schema-only branch, which has no rows to copy
   */
  public List<Copy> materialize(
      RepositoryState state, BranchState branch, Collection<String> names) {
    SchemaOnly.requireRows(branch);
    BranchHandle handle = Backends.handle(state, branch);
    List<Copy> copies = new ArrayList<>();
    long end = System.nanoTime() + PATIENCE.toNanos();
    byAdapter(state, branch, names)
        .forEach((adapter, tables) -> {
          List<TableHandle> named = names.isEmpty() ? List.of() : tables;
          Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
          copies.addAll(
              named(
                  tables,
                  adapter
                      .materialization()
                      .orElseThrow(MaterializationService::refused)
                      .materialize(handle, named, left)));
        });
    return sorted(copies);
  }

  /** Drops the copies of tables, or of all if none is named. */
  public void drop(RepositoryState state, BranchState branch, Collection<String> names) {
    BranchHandle handle = Backends.handle(state, branch);
    byAdapter(state, branch, names)
        .forEach((adapter, tables) ->
            adapter
                .materialization()
                .ifPresent(
                    copies -> copies.dematerialize(handle, names.isEmpty() ? List.of() : tables)));
  }

  /** The copies that there are. */
  public List<Copy> copies(RepositoryState state, BranchState branch) {
    BranchHandle handle = Backends.handle(state, branch);
    List<Copy> copies = new ArrayList<>();
    byAdapter(state, branch, List.of())
        .forEach((adapter, tables) ->
            adapter
                .materialization()
                .ifPresent(made -> copies.addAll(named(tables, made.copies(handle)))));
    return sorted(copies);
  }

  private Map<StorageAdapter, List<TableHandle>> byAdapter(
      RepositoryState state, BranchState branch, Collection<String> names) {
    List<TableHandle> all =
        Backends.tables(state, branch).stream().map(BranchTable::table).toList();
    for (String name : names) {
      if (all.stream().noneMatch(table -> table.name().equals(name))) {
        throw WorkingSetService.tableNotFound(name, branch);
      }
    }
    return backends.byAdapter(
        state,
        all.stream().filter(table -> names.isEmpty() || names.contains(table.name())).toList(),
        table -> table);
  }

  private static RefusedException refused() {
    return new RefusedException(
        Code.VALIDATION,
        "The storage of these tables makes no copies",
        Map.of("remedy", "Name tables of storages that do"));
  }

  private static List<Copy> named(List<TableHandle> tables, List<BranchCopy> copies) {
    List<Copy> named = new ArrayList<>();
    for (BranchCopy copy : copies) {
      tables.stream()
          .filter(table -> table.id().equals(copy.tableId()))
          .forEach(table ->
              named.add(
                  new Copy(
                      table.name(), copy.rows(), copy.bytes(), copy.inUse(), copy.automatic())));
    }
    return named;
  }

  private static List<Copy> sorted(List<Copy> copies) {
    return copies.stream().sorted(Comparator.comparing(Copy::table)).toList();
  }
}
