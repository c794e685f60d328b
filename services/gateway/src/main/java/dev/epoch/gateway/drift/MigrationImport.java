package dev.epoch.gateway.drift;

import dev.epoch.engine.state.CommitSchema;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.schema.AppliedMigration;
import dev.epoch.storage.schema.SchemaTrials;
import dev.epoch.storage.schema.SchemaTrials.Script;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Flyway and Liquibase did to databases before Epoch knew of it. Migrations are run again in
 * an empty schema, so that commits that tell no schema tell the one that their time had.
 */
public final class MigrationImport {
  private final Backends backends;
  private final SchemaService schemas;

  public MigrationImport(Backends backends, SchemaService schemas) {
    this.backends = backends;
    this.schemas = schemas;
  }

  /**
   * A migration that has run.
   *
   * @param commit id of the first commit of the default branch behind it, or null
   */
  public record Applied(String storage, AppliedMigration migration, String commit) {}

  /**
   * A commit that tells a schema now.
   *
   * @param migration the last one before it
   */
  public record Filled(String commit, String migration, int objects) {}

  /** What a tool has run, in order. */
  public List<Applied> applied(RepositoryState state, boolean flyway) {
    List<Applied> found = new ArrayList<>();
    for (String storage : schemas.storages(state)) {
      adapter(state, storage)
          .schemas()
          .orElseThrow()
          .migrations(flyway, SchemaService.schemaNames(state, storage))
          .forEach(migration ->
              found.add(new Applied(storage, migration, behind(state, migration.at()))));
    }
    return found;
  }

  private StorageAdapter adapter(RepositoryState state, String storage) {
    return backends.adapters().adapter(state.storages().byName().get(storage));
  }

  /** The default branch, oldest first. */
  private static List<String> line(RepositoryState state) {
    Commits commits = state.commits();
    List<String> line = new ArrayList<>();
    String at = state.defaultBranch().head();
    for (; !commits.isRoot(at); at = commits.firstParent(at)) {
      line.addFirst(at);
    }
    return line;
  }

  private static String behind(RepositoryState state, Instant time) {
    return line(state).stream()
        .filter(commit -> !state.commits().time(commit).isBefore(time))
        .findFirst()
        .orElse(null);
  }

  /**
   * Lets commits of the default branch tell the schema that migrations had made by then. Commits
   * that tell one already stay as they are.
   *
   * @param scripts by the name that the tool has noted
   * @throws RefusedException if a script is missing, or was never run
   */
  public List<Filled> fill(
      LiveRepository repository,
      boolean flyway,
      Map<String, Script> scripts,
      boolean dryRun,
      Caller caller) {
    RepositoryState state = repository.state();
    List<Filled> filled = new ArrayList<>();
    List<Applied> all = applied(state, flyway);
    for (String storage : schemas.storages(state)) {
      for (String schema : SchemaService.schemaNames(state, storage)) {
        List<AppliedMigration> run =
            all.stream()
                .filter(applied -> applied.storage().equals(storage))
                .map(Applied::migration)
                .filter(migration -> migration.schema().equals(schema) && migration.success())
                .toList();
        if (!run.isEmpty()) {
          filled.addAll(fill(repository, storage, schema, run, scripts, dryRun, caller));
        }
      }
    }
    return filled;
  }

  private List<Filled> fill(
      LiveRepository repository,
      String storage,
      String schema,
      List<AppliedMigration> run,
      Map<String, Script> scripts,
      boolean dryRun,
      Caller caller) {
    List<String> missing =
        run.stream()
            .map(AppliedMigration::script)
            .filter(name -> !scripts.containsKey(name))
            .toList();
    if (!missing.isEmpty()) {
      throw new RefusedException(
          Code.VALIDATION,
          "Migrations were run whose files are not here: " + String.join(", ", missing),
          Map.of("scripts", missing, "remedy", "Name the folder that has all of them"));
    }
    RepositoryState state = repository.state();
    SchemaTrials trials =
        adapter(state, storage)
            .schemaTrials()
            .orElseThrow(() ->
                new RefusedException(
                    Code.VALIDATION,
                    "The backend of storage '" + storage + "' cannot run migrations again",
                    Map.of("storage", storage)));
    List<DatabaseSchema> states =
        trials.replay(
            schema, run.stream().map(migration -> scripts.get(migration.script())).toList());
    List<Filled> filled = new ArrayList<>();
    int told = -1;
    for (String commit : line(state)) {
      int last = lastBefore(run, state.commits().time(commit));
      if (last < 0) {
        continue;
      }
      CommitSchema known = state.schemas().get(commit);
      if (known != null && known.schemas().containsKey(storage)) {
        // those behind it show what it tells
        told = last;
      } else if (last != told) {
        told = last;
        filled.add(new Filled(commit, run.get(last).script(), states.get(last).objects().size()));
        if (!dryRun) {
          record(repository, commit, storage, states.get(last), known, caller);
        }
      }
    }
    return filled;
  }

  private static int lastBefore(List<AppliedMigration> run, Instant time) {
    int last = -1;
    for (int i = 0; i < run.size(); i++) {
      if (!run.get(i).at().isAfter(time)) {
        last = i;
      }
    }
    return last;
  }

  private void record(
      LiveRepository repository,
      String commit,
      String storage,
      DatabaseSchema schema,
      CommitSchema known,
      Caller caller) {
    Map<String, RecordedSchema> all =
        new HashMap<>(Optional.ofNullable(known).map(CommitSchema::schemas).orElse(Map.of()));
    all.put(storage, schemas.store(schema));
    schemas.record(
        repository,
        repository.state().commits().byId().get(commit),
        new SchemaService.Observed(all, List.of()),
        true,
        caller);
  }
}
