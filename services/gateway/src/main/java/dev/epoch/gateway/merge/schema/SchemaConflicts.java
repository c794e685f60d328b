package dev.epoch.gateway.merge.schema;

import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.Resolution;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.schema.merge.MergedTable;
import dev.epoch.model.schema.merge.ResolutionDoesNotFitException;
import dev.epoch.model.schema.merge.SchemaConflict;
import dev.epoch.model.schema.merge.SchemaResolution;
import dev.epoch.model.schema.merge.TableSchemaMerge;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.storage.TableHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Conflicts of a table's schema among those of its rows: with an empty key, and the name of the
 * part where the constraint's name is. Decisions about them are taken here.
 */
public final class SchemaConflicts {
  /** Key of a value that says what a part is to be, as the database would print it. */
  public static final String DEFINITION = "definition";

  /** Key of a value that says that both sides hold. */
  public static final String UNION = "union";

  private final TableHandle table;
  private final MergeStrategy strategy;
  private final List<Decision> decisions;

  /**
   * @param strategy that settles conflicts where it says which side
   * @param decisions of the open merge, in order
   */
  public SchemaConflicts(TableHandle table, MergeStrategy strategy, List<Decision> decisions) {
    this.table = table;
    this.strategy = strategy;
    this.decisions = decisions;
  }

  /** Of the same table, with what nobody decided: open conflicts are as ours has it. */
  public SchemaConflicts undecided() {
    return new SchemaConflicts(table, MergeStrategy.OURS, List.of());
  }

  /**
   * Merges with all that is decided; a decision may bring up further conflicts.
   *
   * @throws RefusedException if a decision means nothing for its conflict
   */
  public MergedTable merge(TableSchema base, TableSchema ours, TableSchema theirs) {
    ObjectName name = new ObjectName(table.path().schema(), table.path().table());
    Map<String, SchemaResolution> decided = new HashMap<>();
    try {
      while (true) {
        MergedTable merged = TableSchemaMerge.merge(name, base, ours, theirs, decided);
        int before = decided.size();
        for (RowConflict conflict : conflicts(merged.conflicts())) {
          resolution(conflict)
              .ifPresent(resolution ->
                  merged.conflicts().stream()
                      .filter(found -> found.name().equals(conflict.constraint()))
                      .forEach(found -> decided.put(found.path(), resolution)));
        }
        if (decided.size() == before) {
          return merged;
        }
      }
    } catch (ResolutionDoesNotFitException misfit) {
      throw new RefusedException(
          Code.VALIDATION,
          misfit.getMessage(),
          Map.of("table", table.name(), "remedy", "Decide otherwise: epoch conflicts resolve"));
    }
  }

  /** One conflict for each part, with the facts of it. */
  public List<RowConflict> conflicts(List<SchemaConflict> found) {
    Map<List<Object>, List<SchemaConflict>> parts = new LinkedHashMap<>();
    for (SchemaConflict conflict : found) {
      parts
          .computeIfAbsent(
              List.of(type(conflict), conflict.part(), conflict.name()), _ -> new ArrayList<>())
          .add(conflict);
    }
    return parts.values().stream().map(this::conflict).toList();
  }

  private RowConflict conflict(List<SchemaConflict> facts) {
    SchemaConflict first = facts.getFirst();
    return new RowConflict(
        table.id(),
        table.name(),
        RowKey.of(),
        type(first),
        facts.stream()
            .map(fact ->
                FieldConflict.whole(
                    SchemaParts.label(fact), fact.base(), fact.ours(), fact.theirs()))
            .toList(),
        first.name());
  }

  private static ConflictType type(SchemaConflict conflict) {
    return switch (conflict.type()) {
      case SCHEMA_SCHEMA -> ConflictType.SCHEMA_SCHEMA;
      case SCHEMA_DATA, CONSTRAINT_VIOLATION -> ConflictType.SCHEMA_DATA;
      case DELETE_MODIFY -> ConflictType.SCHEMA_DELETE_MODIFY;
      case TYPE_MISMATCH -> ConflictType.TYPE_MISMATCH;
    };
  }

  /** What was decided last, or what the strategy says. */
  public Optional<SchemaResolution> resolution(RowConflict conflict) {
    return decisions.stream()
        .filter(decision -> decision.decidesRow(conflict))
        .reduce((_, later) -> later)
        .map(decision -> resolution(decision.resolution(), conflict))
        .or(() ->
            switch (strategy) {
              case OURS -> Optional.of(new SchemaResolution.Ours());
              case THEIRS -> Optional.of(new SchemaResolution.Theirs());
              case DEFAULT -> Optional.empty();
            });
  }

  private static SchemaResolution resolution(Resolution resolution, RowConflict conflict) {
    return switch (resolution) {
      case Resolution.Ours _ -> new SchemaResolution.Ours();
      case Resolution.Theirs _ -> new SchemaResolution.Theirs();
      case Resolution.Value(Map<String, String> values) when values.containsKey(UNION) ->
          new SchemaResolution.Union();
      case Resolution.Value(Map<String, String> values) when values.get(DEFINITION) != null ->
          new SchemaResolution.Custom(values.get(DEFINITION));
      case Resolution.Base _ when conflict.fields().getFirst().base() != null ->
          new SchemaResolution.Custom(conflict.fields().getFirst().base());
      case Resolution.Base _, Resolution.Value _, Resolution.DeleteRow _ ->
          throw new RefusedException(
              Code.VALIDATION,
              "The conflict about '%s' of the schema of '%s' cannot be resolved so"
                  .formatted(conflict.constraint(), conflict.tableName()),
              Map.of("table", conflict.tableName(), "remedy", "ours, theirs, union or custom"));
    };
  }
}
