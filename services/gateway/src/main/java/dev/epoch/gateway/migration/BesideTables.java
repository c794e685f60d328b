package dev.epoch.gateway.migration;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.TreeMap;

/**
 * Views, functions, types and what stands on tables, beside the shapes that commits know: for what
 * a branch has and nobody has recorded.
 */
final class BesideTables {
  private final SchemaService schemas;
  private final String storage;

  BesideTables(SchemaService schemas, String storage) {
    this.schemas = schemas;
    this.storage = storage;
  }

  /** What a commit has of them: what was recorded up to it, else what is live. */
  DatabaseSchema at(RepositoryState state, CommitState commit) {
    return SchemaService.recorded(state, commit, storage)
        .map(recorded -> schemas.read(recorded.schema()))
        .orElseGet(() -> schemas.live(state, storage));
  }

  /** The shapes of registered tables with these beside. */
  DatabaseSchema of(DatabaseSchema shapes, DatabaseSchema beside) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(shapes.objects());
    beside
        .objects()
        .forEach((id, object) -> {
          switch (object) {
            case TableDefinition table ->
                objects.computeIfPresent(
                    id,
                    (_, shape) ->
                        counting(MergedObjects.standingOn((TableDefinition) shape, table), table));
            case Extension _ -> {}
            case SequenceDefinition sequence when sequence.ownedBy() != null -> {}
            default -> objects.put(id, object);
          }
        });
    return new DatabaseSchema(objects);
  }

  /** With identities that count as those of the other one do: shapes do not tell. */
  private static TableDefinition counting(TableDefinition shape, TableDefinition other) {
    return shape.with(
        shape.columns().stream()
            .map(column ->
                other
                    .column(column.name())
                    .filter(there -> there.identity() != null && column.identity() != null)
                    .map(there -> column.withIdentity(there.identity()))
                    .orElse(column))
            .toList());
  }
}
