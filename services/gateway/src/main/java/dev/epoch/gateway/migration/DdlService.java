package dev.epoch.gateway.migration;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.read.OpenTablesService;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.snapshot.SchemaTree;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.schema.SchemaMigrations;
import dev.epoch.storage.schema.SchemaMigrations.Progress;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import dev.epoch.storage.schema.SchemaMigrations.Size;
import dev.epoch.storage.schema.SchemaMigrations.Step;
import dev.epoch.storage.schema.SchemaTrials.Trial;
import dev.epoch.storage.sql.DdlStatement;
import dev.epoch.storage.sql.DdlText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Runs DDL that a user has written. */
public final class DdlService {
  /** For who says nothing of it. */
  public static final Settings USUAL =
      new Settings(
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          3,
          Duration.ofMillis(500),
          Duration.ofSeconds(30),
          true);

  private final Backends backends;
  private final SchemaService schemas;
  private final MigrationRunner runner;
  private final OpenTablesService openTables;

  public DdlService(
      Backends backends,
      SchemaService schemas,
      MigrationRunner runner,
      OpenTablesService openTables) {
    this.backends = backends;
    this.schemas = schemas;
    this.runner = runner;
    this.openTables = openTables;
  }

  /**
   * A wish.
   *
   * @param branch name, null for the default branch
   * @param storage name, null if registered tables are in one
   * @param sql one or more statements
   * @param force also what takes values away
   * @param key under which the statements are run once only, or null
   */
  public record Request(
      String branch, String storage, String sql, boolean force, Settings settings, String key) {}

  /**
   * What would come of it.
   *
   * @param schemaHash of the schema as it is
   * @param statements as they were given
   * @param trial on empty tables of the same shape
   * @param sizes of the registered tables that would be changed, by name
   */
  public record Tried(
      String schemaHash,
      List<DdlStatement> statements,
      Trial trial,
      List<Hazard> hazards,
      Map<String, Size> sizes) {

    /** Names of the tables that would be others. */
    public SortedSet<String> tables() {
      return DdlService.tables(trial.before(), trial.after());
    }
  }

  /**
   * What was done.
   *
   * @param tables names of the tables that are others now
   * @param schemaHash of the schema as it is now
   */
  public record Done(
      Progress progress, SortedSet<String> tables, String schemaHash, List<Hazard> hazards) {}

  /**
   * Runs the statements on empty copies of the tables, which are gone afterwards. Nobody waits for
   * it.
   */
  public Tried tryOut(RepositoryState state, Request request) {
    String storage = MigrationRunner.storage(state, request.storage());
    BranchState branch = branch(state, request);
    List<DdlStatement> statements = DdlText.parse(request.sql());
    boolean live = state.isDefault(branch);
    if (!live) {
      requireUnqualified(state, storage, statements);
    }
    Trial trial =
        backends
            .adapters()
            .adapter(state.storages().byName().get(storage))
            .schemaTrials()
            .orElseThrow(() ->
                new RefusedException(
                    Code.VALIDATION,
                    "The backend of storage '" + storage + "' cannot try changes of schemas",
                    Map.of("storage", storage)))
            .tryOut(
                MigrationService.schemasOf(state, storage),
                live ? Optional.empty() : Optional.of(schemas.of(state, branch, storage)),
                statements.stream().map(DdlStatement::sql).toList());
    SequencedSet<Hazard> hazards = new LinkedHashSet<>();
    statements.forEach(statement -> hazards.addAll(statement.hazards()));
    schemas
        .dialect()
        .between(trial.before(), trial.after(), MigrationOptions.TRANSACTIONAL)
        .warnings()
        .stream()
        .filter(Hazard::destructive)
        .filter(hazard -> statements.stream().noneMatch(DdlStatement::destructive))
        .forEach(hazards::add);
    Map<String, Size> sizes = new TreeMap<>();
    SortedSet<String> changed = tables(trial.before(), trial.after());
    SchemaMigrations migrations = runner.runnerOf(state, storage);
    for (RegisteredTable table : MigrationService.registered(state)) {
      if (table.storage().equals(storage) && changed.contains(table.tableName())) {
        migrations
            .size(new TablePath(table.schemaName(), table.tableName()))
            .ifPresent(size -> sizes.put(table.name(), size));
      }
    }
    return new Tried(
        hash(schemas.of(state, branch, storage)), statements, trial, List.copyOf(hazards), sizes);
  }

  /**
   * Runs the statements to their end.
   *
   * @throws RefusedException if they take values away and are not forced, or another change runs
   */
  public Done run(RepositoryState state, Request request) {
    String storage = MigrationRunner.storage(state, request.storage());
    BranchState branch = branch(state, request);
    List<DdlStatement> statements = DdlText.parse(request.sql());
    List<Hazard> hazards =
        statements.stream().flatMap(statement -> statement.hazards().stream()).toList();
    if (!request.force() && statements.stream().anyMatch(DdlStatement::destructive)) {
      List<String> lost =
          hazards.stream().filter(Hazard::destructive).map(Hazard::toString).toList();
      throw new RefusedException(
          Code.VALIDATION,
          "Destructive operations: " + String.join("; ", lost),
          Map.of("operations", lost, "remedy", "--force does it nevertheless"));
    }
    boolean live = state.isDefault(branch);
    SchemaMigrations migrations = runner.runnerOf(state, storage);
    if (!live) {
      requireUnqualified(state, storage, statements);
      openTables.openIn(state, branch, storage, named(state, branch, storage, statements));
    }
    DatabaseSchema before = schemas.of(state, branch, storage);
    List<Step> steps = new ArrayList<>();
    statements.forEach(statement -> steps.add(new Step(statement.sql(), statement.alone())));
    Progress progress =
        runner.run(
            state,
            migrations,
            hash(before),
            steps,
            request.settings(),
            request.force(),
            live ? null : branch.name(),
            request.key());
    DatabaseSchema after = schemas.of(state, branch, storage);
    return new Done(progress, tables(before, after), hash(after), hazards);
  }

  /**
   * What became of the statements on one branch.
   *
   * @param done null if they were refused
   * @param refusal null if they were run
   */
  public record Outcome(String branch, Done done, String refusal) {}

  /**
   * Runs the same statements on several branches, one after the other. What one refuses the others
   * may take.
   *
   * @param branches names; none for all that there are
   */
  public List<Outcome> runOnEach(
      RepositoryState state, Request request, Collection<String> branches) {
    List<String> names =
        branches.isEmpty()
            ? state.branches().byId().values().stream().map(BranchState::name).sorted().toList()
            : List.copyOf(new LinkedHashSet<>(branches));
    names.forEach(name -> References.branch(state, name));
    List<Outcome> outcomes = new ArrayList<>();
    for (String name : names) {
      String key = request.key() == null ? null : request.key() + " " + name;
      Request one =
          new Request(
              name, request.storage(), request.sql(), request.force(), request.settings(), key);
      try {
        outcomes.add(new Outcome(name, run(state, one), null));
      } catch (RefusedException | StorageException refused) {
        outcomes.add(new Outcome(name, null, refused.getMessage()));
      }
    }
    return outcomes;
  }

  private static BranchState branch(RepositoryState state, Request request) {
    return request.branch() == null
        ? state.defaultBranch()
        : References.branch(state, request.branch());
  }

  /** Names with a schema mean the live tables. */
  private static void requireUnqualified(
      RepositoryState state, String storage, List<DdlStatement> statements) {
    List<String> live = MigrationService.schemasOf(state, storage);
    for (DdlStatement statement : statements) {
      statement.schemas().stream()
          .filter(live::contains)
          .findFirst()
          .ifPresent(schema -> {
            throw new RefusedException(
                Code.VALIDATION,
                "Names with the schema '" + schema + "' mean the live tables: " + statement.sql(),
                Map.of(
                    "remedy", "Write names without a schema: they mean the tables of the branch"));
          });
    }
  }

  /** Registered tables of the branch that the statements name. */
  private static List<String> named(
      RepositoryState state, BranchState branch, String storage, List<DdlStatement> statements) {
    return Backends.tables(state, branch).stream()
        .map(table -> state.tables().byId().get(table.table().id()))
        .filter(table -> table.storage().equals(storage))
        .filter(table ->
            statements.stream()
                .anyMatch(statement -> statement.names().contains(table.tableName())))
        .map(RegisteredTable::name)
        .toList();
  }

  static String hash(DatabaseSchema schema) {
    return SchemaTree.of(schema).root().hex();
  }

  private static SortedSet<String> tables(DatabaseSchema before, DatabaseSchema after) {
    SortedSet<String> names = new TreeSet<>();
    SchemaDifference.between(before, after)
        .changes()
        .keySet()
        .forEach(id -> {
          if (id.kind() == ObjectKind.TABLE) {
            names.add(id.name().name());
          }
        });
    return names;
  }
}
