package dev.epoch.gateway.migration;

import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.model.schema.impact.RowQuestion;
import dev.epoch.model.schema.impact.RowQuestions;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.schema.SchemaMigrations.Size;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What migrations would do to the live tables as they are now. */
public final class ImpactService {
  private final Backends backends;

  public ImpactService(Backends backends) {
    this.backends = backends;
  }

  /**
   * How many live rows a change is about.
   *
   * @param rows empty if that cannot be told
   */
  public record Rows(RowQuestion question, OptionalLong rows) {}

  /**
   * Counts rows that are lost, or that stand against the way up.
   *
   * @param before the schema that the migration begins with
   */
  public List<Rows> rows(RepositoryState state, Migration migration, DatabaseSchema before) {
    return RowQuestions.of(migration.difference(), before).stream()
        .map(question ->
            new Rows(
                question,
                adapter(state, question.table().schema(), question.table().name())
                    .schemas()
                    .map(reader -> reader.count(question))
                    .orElse(OptionalLong.empty())))
        .toList();
  }

  /** Sizes of the registered tables that the way up is about, by name. */
  public Map<String, Size> sizes(RepositoryState state, Migration migration) {
    Map<String, Size> sizes = new TreeMap<>();
    for (RegisteredTable table : MigrationService.registered(state)) {
      boolean about =
          migration.up().stream()
              .anyMatch(statement -> statement.object().name().name().equals(table.tableName()));
      if (about) {
        backends
            .adapter(state, table)
            .migrations()
            .flatMap(runner -> runner.size(new TablePath(table.schemaName(), table.tableName())))
            .ifPresent(size -> sizes.put(table.name(), size));
      }
    }
    return sizes;
  }

  /** Of a table that is not registered, the one of those that are. */
  private StorageAdapter adapter(RepositoryState state, String schema, String name) {
    List<RegisteredTable> registered = MigrationService.registered(state);
    return registered.stream()
        .filter(table -> table.schemaName().equals(schema) && table.tableName().equals(name))
        .findFirst()
        .or(() -> registered.stream().findFirst())
        .map(table -> backends.adapter(state, table))
        .orElseThrow();
  }
}
