package dev.epoch.gateway.schema;

import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.schema.SchemaWriter;
import dev.epoch.storage.schema.SchemaWriter.Ddl;
import dev.epoch.storage.schema.SchemaWriter.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Constraints and indexes of live tables: which there are, add and remove. */
public final class ConstraintService {
  private final Backends backends;
  private final SchemaService schemas;

  public ConstraintService(Backends backends, SchemaService schemas) {
    this.backends = backends;
    this.schemas = schemas;
  }

  /**
   * How a change is made.
   *
   * @param online beside writers: indexes concurrently, constraints first added and then validated
   * @param limits of each try
   */
  public record How(boolean online, Limits limits) {}

  /**
   * A change that was made.
   *
   * @param statements that ran
   * @param table as it is now
   */
  public record Changed(List<String> statements, TableDefinition table) {}

  /** The table as the database has it. */
  public TableDefinition live(RepositoryState state, RegisteredTable table) {
    return table(schemas.live(state, table.storage()), table);
  }

  private static TableDefinition table(DatabaseSchema schema, RegisteredTable table) {
    return schema
        .table(name(table))
        .orElseThrow(() ->
            new RefusedException(
                Code.TABLE_NOT_FOUND,
                "The database has no table " + table.schemaName() + "." + table.tableName(),
                Map.of("table", table.name())));
  }

  private static ObjectName name(RegisteredTable table) {
    return new ObjectName(table.schemaName(), table.tableName());
  }

  public Changed add(
      RepositoryState state, RegisteredTable table, ConstraintRequest request, How how) {
    ConstraintDefinition added = request.definition();
    return change(
        state,
        table,
        how,
        now -> {
          if (named(now, added.name())) {
            throw exists(table, added.name());
          }
          List<ConstraintDefinition> constraints = new ArrayList<>(now.constraints());
          constraints.add(added);
          return now.with(now.columns(), constraints, now.indexes());
        },
        schemas.dialect().dropConstraint(name(table), added.name()),
        false);
  }

  public Changed removeConstraint(
      RepositoryState state, RegisteredTable table, String constraint, How how) {
    return change(
        state,
        table,
        how,
        now -> {
          ConstraintDefinition found =
              now.constraints().stream()
                  .filter(candidate -> candidate.name().equals(constraint))
                  .findFirst()
                  .orElseThrow(() -> missing(table, "constraint", constraint));
          boolean key =
              found.kind() == Kind.PRIMARY_KEY
                  || found.kind() == Kind.UNIQUE
                      && found.columns().equals(table.schema().primaryKey())
                      && now.constraints().stream()
                          .noneMatch(other -> other.kind() == Kind.PRIMARY_KEY);
          if (key) {
            throw SqlPart.refused(
                "Constraint '%s' tells the rows of '%s' apart and cannot be removed while the"
                        .formatted(constraint, table.name())
                    + " table is versioned");
          }
          List<ConstraintDefinition> constraints = new ArrayList<>(now.constraints());
          constraints.remove(found);
          return now.with(now.columns(), constraints, now.indexes());
        },
        null,
        false);
  }

  public Changed add(RepositoryState state, RegisteredTable table, IndexRequest request, How how) {
    IndexDefinition added = request.definition();
    return change(
        state,
        table,
        how,
        now -> {
          if (named(now, added.name())) {
            throw exists(table, added.name());
          }
          List<IndexDefinition> indexes = new ArrayList<>(now.indexes());
          indexes.add(added);
          return now.with(now.columns(), now.constraints(), indexes);
        },
        schemas.dialect().dropIndexOnline(new ObjectName(table.schemaName(), added.name())),
        true);
  }

  public Changed removeIndex(RepositoryState state, RegisteredTable table, String index, How how) {
    return change(
        state,
        table,
        how,
        now -> {
          List<IndexDefinition> indexes = new ArrayList<>(now.indexes());
          if (!indexes.removeIf(candidate -> candidate.name().equals(index))) {
            throw missing(table, "index", index);
          }
          return now.with(now.columns(), now.constraints(), indexes);
        },
        null,
        false);
  }

  private static boolean named(TableDefinition table, String name) {
    return table.constraints().stream().anyMatch(constraint -> constraint.name().equals(name))
        || table.indexes().stream().anyMatch(index -> index.name().equals(name));
  }

  private static RefusedException exists(RegisteredTable table, String name) {
    return new RefusedException(
        Code.VALIDATION,
        "Table '" + table.name() + "' has a constraint or index '" + name + "' already",
        Map.of("table", table.name(), "remedy", "Remove it first, or choose another name"));
  }

  private static RefusedException missing(RegisteredTable table, String what, String name) {
    return new RefusedException(
        Code.VALIDATION,
        "Table '" + table.name() + "' has no " + what + " '" + name + "'",
        Map.of("table", table.name(), "remedy", "epoch constraints list " + table.name()));
  }

  /**
   * @param undo takes away what a change that failed halfway has left, null if there is no such
   *     thing
   * @param undoAlone whether that cannot run in a transaction
   */
  private Changed change(
      RepositoryState state,
      RegisteredTable table,
      How how,
      UnaryOperator<TableDefinition> change,
      String undo,
      boolean undoAlone) {
    SchemaWriter writer =
        backends
            .adapter(state, table)
            .schemaChanges()
            .orElseThrow(() ->
                new RefusedException(
                    Code.VALIDATION,
                    "The backend of table '" + table.name() + "' enforces no constraints",
                    Map.of("table", table.name())));
    DatabaseSchema before = schemas.live(state, table.storage());
    TableDefinition changed = change.apply(table(before, table));
    SortedMap<ObjectId, SchemaObject> objects = new TreeMap<>(before.objects());
    objects.put(changed.id(), changed);
    List<Statement> statements =
        schemas
            .dialect()
            .statements(
                before,
                new DatabaseSchema(objects),
                how.online() ? MigrationOptions.ONLINE : MigrationOptions.TRANSACTIONAL);
    if (!how.online()) {
      writer.together(statements.stream().map(Statement::sql).toList(), how.limits());
    } else {
      try {
        writer.oneByOne(
            statements.stream()
                .map(statement -> new Ddl(statement.sql(), statement.alone()))
                .toList(),
            how.limits());
      } catch (StorageException failed) {
        if (undo != null) {
          undone(writer, new Ddl(undo, undoAlone), how.limits(), failed);
        }
        throw failed;
      }
    }
    return new Changed(statements.stream().map(Statement::sql).toList(), live(state, table));
  }

  private static void undone(
      SchemaWriter writer, Ddl undo, Limits limits, StorageException failed) {
    try {
      writer.oneByOne(List.of(undo), limits);
    } catch (StorageException stays) {
      failed.addSuppressed(stays);
    }
  }
}
