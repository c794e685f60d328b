package dev.epoch.gateway.migration;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RandomIds;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.snapshot.SchemaTree;
import dev.epoch.storage.BusyException;
import dev.epoch.storage.SchemaMigrations;
import dev.epoch.storage.SchemaMigrations.Plan;
import dev.epoch.storage.SchemaMigrations.Progress;
import dev.epoch.storage.SchemaMigrations.Settings;
import dev.epoch.storage.SchemaMigrations.Step;
import dev.epoch.storage.StorageException;
import dev.epoch.storage.TablePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the live tables what a commit says they are. */
public final class MigrationRunner {
  private static final System.Logger LOG = System.getLogger(MigrationRunner.class.getName());

  private final Backends backends;
  private final MigrationService migrations;
  private final Failpoints failpoints;
  private final RandomIds ids = new RandomIds();

  public MigrationRunner(Backends backends, MigrationService migrations, Failpoints failpoints) {
    this.backends = backends;
    this.migrations = migrations;
    this.failpoints = failpoints;
  }

  /**
   * A wish.
   *
   * @param table name in the repository, null for all
   * @param from commit that has the schema
   * @param schemaHash of the live schema that a plan was made for, or null for any
   * @param force also what loses data
   */
  public record Request(
      String table,
      CommitState from,
      String schemaHash,
      boolean force,
      boolean online,
      Settings settings) {}

  /**
   * What would be run.
   *
   * @param schemaHash of the live schema
   * @param sizes of the live tables that it is about, by name
   */
  public record Planned(
      Migration migration, String schemaHash, Map<String, SchemaMigrations.Size> sizes) {}

  /** What was run, and how it went; no progress if there was nothing to do. */
  public record Applied(Planned planned, Optional<Progress> progress) {}

  /** Changes nothing. */
  public Planned plan(RepositoryState state, Request request) {
    MigrationService.Sides sides =
        migrations.sides(
            state,
            new MigrationService.Side.Live(state.defaultBranch()),
            new MigrationService.Side.Committed(request.from()));
    Migration migration =
        MigrationService.between(
            state,
            sides.before(),
            sides.after(),
            request.table(),
            request.online() ? MigrationOptions.ONLINE : MigrationOptions.TRANSACTIONAL);
    String hash = SchemaTree.of(sides.before()).root().hex();
    if (request.schemaHash() != null && !request.schemaHash().equals(hash)) {
      throw new RefusedException(
          Code.SCHEMA_CHANGED,
          "The live schema is not the one that the plan was made for",
          Map.of(
              "schema_hash",
              hash,
              "remedy",
              "Look at the plan again: epoch schema apply --dry-run"));
    }
    Map<String, SchemaMigrations.Size> sizes = new TreeMap<>();
    for (RegisteredTable table : MigrationService.registered(state)) {
      boolean about =
          request.table() == null
              ? migration.up().stream()
                  .anyMatch(statement -> statement.object().name().name().equals(table.tableName()))
              : table.name().equals(request.table());
      if (about) {
        of(state, table.storage())
            .flatMap(runner -> runner.size(new TablePath(table.schemaName(), table.tableName())))
            .ifPresent(size -> sizes.put(table.name(), size));
      }
    }
    return new Planned(migration, hash, sizes);
  }

  /**
   * Runs a migration to its end.
   *
   * @throws RefusedException if it loses data and is not forced, or another one runs
   */
  public Applied apply(RepositoryState state, Request request) {
    Planned planned = plan(state, request);
    if (planned.migration().isEmpty()) {
      return new Applied(planned, Optional.empty());
    }
    if (planned.migration().destructive() && !request.force()) {
      List<String> lost =
          planned.migration().warnings().stream()
              .filter(hazard -> hazard.destructive())
              .map(Object::toString)
              .toList();
      throw new RefusedException(
          Code.VALIDATION,
          "Destructive operations: " + String.join("; ", lost),
          Map.of("operations", lost, "remedy", "--force does it nevertheless"));
    }
    SchemaMigrations runner = runner(state, request.table());
    String id = ids.get();
    List<Step> steps = new ArrayList<>();
    planned
        .migration()
        .up()
        .forEach(statement -> steps.add(new Step(statement.sql(), statement.alone())));
    try {
      runner.begin(
          new Plan(
              id,
              state.name(),
              planned.schemaHash(),
              MigrationService.defaultSchema(state),
              steps,
              request.settings()));
    } catch (BusyException busy) {
      throw new RefusedException(
          Code.BRANCH_BUSY, busy.getMessage(), Map.of("remedy", "epoch schema apply --status"));
    }
    failpoints.reach("schema.begun");
    return new Applied(planned, Optional.of(runner.run(id, failpoints::reach)));
  }

  /** How far a schema change is, or the latest of the repository for null. */
  public Optional<Progress> progress(RepositoryState state, String id) {
    for (String storage : storages(state)) {
      Optional<Progress> found =
          of(state, storage)
              .flatMap(runner -> id == null ? runner.latest(state.name()) : runner.progress(id));
      if (found.isPresent() && found.get().repository().equals(state.name())) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Goes on with what a process left that died. What another one runs is left to it. */
  public void resume(RepositoryState state) {
    for (String storage : storages(state)) {
      try {
        of(state, storage)
            .ifPresent(runner ->
                runner.unfinished(state.name()).forEach(id -> runner.run(id, failpoints::reach)));
      } catch (StorageException unavailable) {
        LOG.log(
            System.Logger.Level.WARNING,
            "Schema changes of repository {0} in storage {1} wait: {2}",
            state.name(),
            storage,
            unavailable.getMessage());
      }
    }
  }

  private static List<String> storages(RepositoryState state) {
    return MigrationService.registered(state).stream()
        .map(RegisteredTable::storage)
        .distinct()
        .sorted()
        .toList();
  }

  private Optional<SchemaMigrations> of(RepositoryState state, String storage) {
    return backends.adapters().adapter(state.storages().byName().get(storage)).migrations();
  }

  private SchemaMigrations runner(RepositoryState state, String table) {
    List<String> storages =
        table == null
            ? storages(state)
            : MigrationService.registered(state).stream()
                .filter(registered -> registered.name().equals(table))
                .map(RegisteredTable::storage)
                .toList();
    if (storages.size() != 1) {
      throw new RefusedException(
          Code.VALIDATION,
          table == null
              ? "The tables are in " + storages.size() + " storages"
              : "Table '" + table + "' is not registered",
          Map.of("storages", storages, "remedy", "Name a registered table: epoch table list"));
    }
    String storage = storages.getFirst();
    return of(state, storage)
        .orElseThrow(() ->
            new RefusedException(
                Code.VALIDATION,
                "The backend of storage '" + storage + "' runs no migrations",
                Map.of(
                    "storage", storage, "remedy", "epoch schema migrate writes them to a file")));
  }
}
