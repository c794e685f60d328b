package dev.epoch.gateway.migration;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RandomIds;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.schema.SchemaMigrations;
import dev.epoch.storage.schema.SchemaMigrations.Plan;
import dev.epoch.storage.schema.SchemaMigrations.Progress;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.schema.SchemaMigrations.Step;
import dev.epoch.storage.schema.SchemaMigrations.StepProgress;
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
        migrations.between(
            state,
            sides.before(),
            sides.after(),
            request.table(),
            request.online() ? MigrationOptions.ONLINE : MigrationOptions.TRANSACTIONAL);
    String hash = sides.hash().hex();
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
    List<Step> steps = new ArrayList<>();
    planned
        .migration()
        .up()
        .forEach(statement -> steps.add(new Step(statement.sql(), statement.alone())));
    Progress progress =
        run(
            state,
            runner(state, request.table()),
            planned.schemaHash(),
            steps,
            request.settings(),
            request.force(),
            null,
            null);
    return new Applied(planned, Optional.of(progress));
  }

  /**
   * The statement that builds an index anew.
   *
   * @param online beside writers
   * @throws RefusedException if the table is not registered or has no such index
   */
  public String reindexing(RepositoryState state, String table, String index, boolean online) {
    RegisteredTable registered =
        MigrationService.registered(state).stream()
            .filter(candidate -> candidate.name().equals(table))
            .findFirst()
            .orElseThrow(() ->
                new RefusedException(
                    Code.TABLE_NOT_FOUND,
                    "Table '" + table + "' is not registered",
                    Map.of("table", table, "remedy", "epoch table list")));
    TablePath path = new TablePath(registered.schemaName(), registered.tableName());
    boolean there =
        backends.adapter(state, registered).schemas().stream()
            .flatMap(reader -> reader.health(List.of(path)).stream())
            .flatMap(health -> health.indexes().stream())
            .anyMatch(candidate -> candidate.name().equals(index));
    if (!there) {
      throw new RefusedException(
          Code.VALIDATION,
          "Table '" + table + "' has no index '" + index + "'",
          Map.of("index", index, "remedy", "epoch schema status " + table + " --check-indexes"));
    }
    return backends
        .adapters()
        .schemaDialect()
        .rebuildIndex(new ObjectName(registered.schemaName(), index), online);
  }

  /** Builds an index anew; fails as {@link #reindexing} does. */
  public Progress reindex(
      RepositoryState state, String table, String index, boolean online, Settings settings) {
    String sql = reindexing(state, table, index, online);
    return run(
        state,
        runner(state, table),
        "",
        List.of(new Step(sql, online)),
        settings,
        false,
        null,
        null);
  }

  /**
   * Runs statements as the one schema change of the repository.
   *
   * @param forced whether they may take values away
   * @param branch whose tables the statements mean, null for the live tables
   * @param key under which the same statements are run once only, or null
   * @throws RefusedException if another one runs, or the key belongs to other statements
   */
  Progress run(
      RepositoryState state,
      SchemaMigrations runner,
      String schemaHash,
      List<Step> steps,
      Settings settings,
      boolean forced,
      String branch,
      String key) {
    String id = key == null ? ids.get() : Digest.of(key.getBytes(UTF_8)).hex();
    Optional<Progress> former = key == null ? Optional.empty() : runner.progress(id);
    if (former.isPresent()) {
      return again(runner, former.get(), steps);
    }
    try {
      runner.begin(
          new Plan(
              id,
              state.name(),
              schemaHash,
              MigrationService.defaultSchema(state),
              steps,
              settings,
              forced,
              branch));
    } catch (BusyException busy) {
      throw new RefusedException(
          Code.BRANCH_BUSY, busy.getMessage(), Map.of("remedy", "epoch schema apply --status"));
    }
    failpoints.reach("schema.begun");
    return runner.run(id, failpoints::reach);
  }

  /** What was begun before under the same key. */
  private Progress again(SchemaMigrations runner, Progress former, List<Step> steps) {
    boolean same =
        former.steps().stream()
            .map(StepProgress::sql)
            .toList()
            .equals(steps.stream().map(Step::sql).toList());
    if (!same) {
      throw new RefusedException(
          Code.IDEMPOTENCY_KEY_REUSED,
          "This idempotency key belongs to another schema change",
          Map.of("operation_id", former.id(), "remedy", "Choose a new key for a new request"));
    }
    return former.state() == State.RUNNING ? runner.run(former.id(), failpoints::reach) : former;
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
    return runnerOf(state, storages.getFirst());
  }

  /**
   * The storage that is meant: the one that was named, else the only one with registered tables.
   */
  static String storage(RepositoryState state, String named) {
    List<String> storages = storages(state);
    if (named == null && storages.size() != 1) {
      throw new RefusedException(
          Code.VALIDATION,
          "Registered tables are in " + storages.size() + " storages",
          Map.of("storages", storages, "remedy", "Name one of them: --storage"));
    }
    if (named != null && !storages.contains(named)) {
      throw new RefusedException(
          Code.VALIDATION,
          "No registered table is in storage '" + named + "'",
          Map.of("storages", storages, "remedy", "epoch table list"));
    }
    return named == null ? storages.getFirst() : named;
  }

  SchemaMigrations runnerOf(RepositoryState state, String storage) {
    return of(state, storage)
        .orElseThrow(() ->
            new RefusedException(
                Code.VALIDATION,
                "The backend of storage '" + storage + "' runs no migrations",
                Map.of(
                    "storage", storage, "remedy", "epoch schema migrate writes them to a file")));
  }
}
