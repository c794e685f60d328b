package dev.epoch.gateway.migration;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.storage.schema.SchemaMigrations.Progress;
import dev.epoch.storage.schema.SchemaMigrations.Step;
import dev.epoch.storage.schema.SchemaReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes all objects of a schema in another, without their rows, in the order of dependency. */
public final class SchemaCloneService {
  private final Backends backends;
  private final MigrationRunner runner;

  public SchemaCloneService(Backends backends, MigrationRunner runner) {
    this.backends = backends;
    this.runner = runner;
  }

  /**
   * A wish.
   *
   * @param storage name, null if registered tables are in one
   * @param from name of the schema in its database
   * @param into name of a schema that is not there
   */
  public record Request(String storage, String from, String into) {}

  /**
   * The statements that make the copy.
   *
   * @throws RefusedException if there is no such schema, or already one of the new name
   */
  public List<Step> plan(RepositoryState state, Request request) {
    String storage = MigrationRunner.storage(state, request.storage());
    SchemaReader reader =
        backends
            .adapters()
            .adapter(state.storages().byName().get(storage))
            .schemas()
            .orElseThrow(() ->
                new RefusedException(
                    Code.VALIDATION,
                    "The backend of storage '" + storage + "' has no schemas",
                    Map.of("storage", storage)));
    var names = reader.names();
    if (!names.contains(request.from())) {
      throw new RefusedException(
          Code.VALIDATION,
          "There is no schema '" + request.from() + "'",
          Map.of("schemas", List.copyOf(names)));
    }
    if (names.contains(request.into())
        || !backends.adapters().schemaDialect().canBeSchema(request.into())) {
      throw new RefusedException(
          Code.VALIDATION,
          "A schema cannot be made under the name '" + request.into() + "'",
          Map.of("remedy", "Choose a name that is not taken, of at most 63 characters"));
    }
    DatabaseSchema copy =
        DatabaseSchema.of(
            reader.read(Map.of(request.from(), request.into())).objects().values().stream()
                .filter(object -> object.kind() != ObjectKind.EXTENSION)
                .toList());
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(backends.adapters().schemaDialect().createSchema(request.into()), false));
    backends
        .adapters()
        .schemaDialect()
        .statements(DatabaseSchema.of(List.of()), copy, MigrationOptions.TRANSACTIONAL)
        .forEach(statement -> steps.add(new Step(statement.sql(), statement.alone())));
    return steps;
  }

  /** Makes the copy; fails as {@link #plan} does. */
  public Progress run(RepositoryState state, Request request, String key) {
    String storage = MigrationRunner.storage(state, request.storage());
    return runner.run(
        state,
        runner.runnerOf(state, storage),
        "",
        plan(state, request),
        DdlService.USUAL,
        false,
        null,
        key);
  }
}
