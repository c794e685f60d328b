package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.merge.ThreeWay.Place;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The three-way merge of schemas.
 *
 * <pre>
 *   names of columns as merged --> all three sides told with these names
 *                              --> object by object, part by part, fact by fact
 *                              --> do all names differ? is everything there that something needs?
 * </pre>
 *
 * What is the same on both sides, or changed on one of them only, is taken. Columns are the same by
 * their id, so a rename goes with whatever the other side did to the column, and into its checks
 * and indexes. Rows are not looked at: see {@link RowRules}.
 */
public final class SchemaMerge {
  private final DatabaseSchema base;
  private final DatabaseSchema ours;
  private final DatabaseSchema theirs;
  private final Map<String, SchemaResolution> resolutions;

  private SchemaMerge(
      DatabaseSchema base,
      DatabaseSchema ours,
      DatabaseSchema theirs,
      Map<String, SchemaResolution> resolutions) {
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    this.resolutions = resolutions;
  }

  /** Nothing was decided. */
  public static MergedSchema merge(
      DatabaseSchema base, DatabaseSchema ours, DatabaseSchema theirs) {
    return merge(base, ours, theirs, Map.of());
  }

  /**
   * @param resolutions by {@link SchemaConflict#path}
   * @throws ResolutionDoesNotFitException if one means nothing for its conflict
   */
  public static MergedSchema merge(
      DatabaseSchema base,
      DatabaseSchema ours,
      DatabaseSchema theirs,
      Map<String, SchemaResolution> resolutions) {
    if (ours.equals(theirs) || theirs.equals(base)) {
      return new MergedSchema(ours, List.of(), Map.of());
    }
    if (ours.equals(base)) {
      return new MergedSchema(theirs, List.of(), Map.of());
    }
    return new SchemaMerge(base, ours, theirs, resolutions).run();
  }

  private MergedSchema run() {
    Map<ObjectName, List<ColumnDefinition>> columns = new HashMap<>();
    Map<ObjectName, Map<String, String>> unified = new TreeMap<>();
    for (ObjectId id : ids()) {
      if (ours.get(id).orElse(null) instanceof TableDefinition left
          && theirs.get(id).orElse(null) instanceof TableDefinition right) {
        List<ColumnDefinition> before =
            base.table(id.name()).map(TableDefinition::columns).orElse(List.of());
        columns.put(
            id.name(),
            new ColumnMerge(new ThreeWay(id, new Decisions(resolutions)))
                .columns(before, left.columns(), right.columns()));
        Map<String, String> same =
            ColumnMerge.unified(
                before,
                left.columns(),
                right.columns(),
                ColumnDefinition::id,
                ColumnDefinition::name);
        same.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()));
        if (!same.isEmpty()) {
          unified.put(id.name(), same);
        }
      }
    }
    DatabaseSchema before = ColumnNames.of(base, base, columns, Map.of()).in(base);
    DatabaseSchema left = ColumnNames.of(base, ours, columns, Map.of()).in(ours);
    DatabaseSchema right = ColumnNames.of(base, theirs, columns, unified).in(theirs);

    Decisions decisions = new Decisions(resolutions);
    TreeMap<ObjectId, SchemaObject> merged = new TreeMap<>();
    for (ObjectId id : ids()) {
      ObjectMerge objects = new ObjectMerge(id, decisions);
      SchemaObject object =
          objects
              .merge()
              .part(
                  Place.OBJECT,
                  before.get(id).orElse(null),
                  left.get(id).orElse(null),
                  right.get(id).orElse(null),
                  objects::both);
      if (object != null) {
        merged.put(id, object);
      }
    }
    new NameClashes(base, left, right, decisions).check(merged);
    new Dependencies(base, left, right, decisions).check(merged);
    return new MergedSchema(new DatabaseSchema(merged), once(decisions.open()), unified);
  }

  /** What several things need is one conflict, and none where there is one about it anyway. */
  private static List<SchemaConflict> once(List<SchemaConflict> conflicts) {
    Map<List<Object>, SchemaConflict> once = new LinkedHashMap<>();
    Set<List<Object>> places = new HashSet<>();
    for (SchemaConflict conflict : conflicts) {
      List<Object> place = List.of(conflict.part(), conflict.path());
      boolean follows =
          conflict.fact().equals(NameClashes.NAME)
              || conflict.fact().startsWith(Dependencies.NEEDED_BY);
      if (places.add(place) || !follows) {
        once.putIfAbsent(List.of(conflict.type(), place, conflict.fact()), conflict);
      }
    }
    return List.copyOf(once.values());
  }

  private TreeSet<ObjectId> ids() {
    TreeSet<ObjectId> ids = new TreeSet<>(ours.objects().keySet());
    ids.addAll(theirs.objects().keySet());
    return ids;
  }
}
