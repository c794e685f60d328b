package dev.epoch.catalog.merge;

import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.validate.Problem;
import dev.epoch.catalog.validate.Report;
import dev.epoch.catalog.validate.Validator;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.MergeOutcome;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Three-way merge of two states of a catalog: each class and instance is a row of {@link RowMerge},
 * each of its properties, relationships and derived properties a field.
 */
public final class ContentMerge {
  private static final DataType TEXT =
      new DataType(DataType.Kind.TEXT, "text", null, List.of(), List.of());
  private static final String KEY = "id";

  private final CatalogContent base;
  private final CatalogContent ours;
  private final CatalogContent theirs;
  private final MergeStrategy strategy;
  private final List<Change> changes = new ArrayList<>();
  private final List<Conflict> conflicts = new ArrayList<>();

  /**
   * What comes out.
   *
   * @param content merged; where there are conflicts, ours stays
   * @param conflicts that are left
   * @param changes from ours to it
   */
  public record Merged(CatalogContent content, List<Conflict> conflicts, List<Change> changes) {
    public boolean changesSchema() {
      return changes.stream()
          .anyMatch(each -> each instanceof Change.PutClass || each instanceof Change.RemoveClass);
    }

    /** How many instances differ from ours. */
    public long instances() {
      return changes.stream()
          .filter(
              each -> each instanceof Change.PutInstance || each instanceof Change.RemoveInstance)
          .count();
    }

    /** Ids of the instances that differ, and of those whose class does. */
    public List<String> affected() {
      Set<String> affected = new TreeSet<>();
      Set<String> classes = new HashSet<>();
      for (Change change : changes) {
        switch (change) {
          case Change.PutInstance(Instance made) -> affected.add(made.id());
          case Change.RemoveInstance(String id) -> affected.add(id);
          case Change.PutClass(ClassDef made) -> classes.add(made.id());
          case Change.RemoveClass(String id) -> classes.add(id);
        }
      }
      classes.forEach(
          id -> content.instancesOf(id).forEach(instance -> affected.add(instance.id())));
      return List.copyOf(affected);
    }
  }

  private ContentMerge(
      CatalogContent base, CatalogContent ours, CatalogContent theirs, MergeStrategy strategy) {
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    this.strategy = strategy;
  }

  /**
   * @param base that both come from
   * @param ours that is merged into
   * @param theirs that is merged
   * @param strategy {@link MergeStrategy#THEIRS} settles what both changed
   */
  public static Merged merge(
      CatalogContent base, CatalogContent ours, CatalogContent theirs, MergeStrategy strategy) {
    ContentMerge merge = new ContentMerge(base, ours, theirs, strategy);
    merge.classes();
    merge.instances();
    return new Merged(
        ours.with(merge.changes), List.copyOf(merge.conflicts), List.copyOf(merge.changes));
  }

  private void classes() {
    for (String id : ids(CatalogContent::classes)) {
      ClassDef inOurs = ours.classes().get(id);
      ClassDef inTheirs = theirs.classes().get(id);
      Map<String, String> merged =
          entity(
              Conflict.Kind.SCHEMA,
              id,
              fields(base.classes().get(id), EntityFields::of),
              fields(inOurs, EntityFields::of),
              fields(inTheirs, EntityFields::of));
      if (merged == null) {
        continue;
      }
      changes.add(
          merged.isEmpty()
              ? new Change.RemoveClass(id)
              : new Change.PutClass(
                  EntityFields.classOf(id, merged, audit(inOurs, inTheirs, ClassDef::audit))));
    }
  }

  private void instances() {
    for (String id : ids(CatalogContent::instances)) {
      Instance inOurs = ours.instances().get(id);
      Instance inTheirs = theirs.instances().get(id);
      if (inOurs == inTheirs) {
        continue;
      }
      Map<String, String> merged =
          entity(
              Conflict.Kind.INSTANCE,
              id,
              fields(base.instances().get(id), EntityFields::of),
              fields(inOurs, EntityFields::of),
              fields(inTheirs, EntityFields::of));
      if (merged == null) {
        continue;
      }
      changes.add(
          merged.isEmpty()
              ? new Change.RemoveInstance(id)
              : new Change.PutInstance(
                  EntityFields.instanceOf(id, merged, audit(inOurs, inTheirs, Instance::audit))));
    }
  }

  private <T> Set<String> ids(Function<CatalogContent, SortedMap<String, T>> part) {
    Set<String> ids = new TreeSet<>(part.apply(base).keySet());
    ids.addAll(part.apply(ours).keySet());
    ids.addAll(part.apply(theirs).keySet());
    return ids;
  }

  private static <T> Map<String, String> fields(T made, Function<T, Map<String, String>> of) {
    return made == null ? null : of.apply(made);
  }

  /** Of whoever changed it last. */
  private static <T> Audit audit(T one, T other, Function<T, Audit> of) {
    if (one == null || other == null) {
      return of.apply(one == null ? other : one);
    }
    Audit first = of.apply(one);
    Audit second = of.apply(other);
    return second.updatedAt().isAfter(first.updatedAt()) ? second : first;
  }

  /** The merged fields, empty if it goes; null if ours stays. */
  private Map<String, String> entity(
      Conflict.Kind kind,
      String id,
      Map<String, String> inBase,
      Map<String, String> inOurs,
      Map<String, String> inTheirs) {
    Set<String> names = new LinkedHashSet<>();
    for (Map<String, String> each : java.util.Arrays.asList(inOurs, inTheirs, inBase)) {
      if (each != null) {
        names.addAll(each.keySet());
      }
    }
    List<Column> columns = new ArrayList<>();
    columns.add(new Column(KEY, KEY, TEXT, false, null, null, null));
    names.forEach(name -> columns.add(new Column(name, name, TEXT, true, null, null, null)));
    TableSchema shape = new TableSchema(columns, List.of(KEY), List.of(), List.of());
    RowMerge merge = new RowMerge(kind.name(), kind.name(), shape, strategy, ConflictRules.MANUAL);
    MergeOutcome outcome =
        merge.merge(
            RowKey.of(id),
            BaseRow.of(row(id, names, inBase)),
            row(id, names, inOurs),
            row(id, names, inTheirs));
    return switch (outcome) {
      case MergeOutcome.Unchanged _ -> null;
      case MergeOutcome.Write(var change) -> {
        Map<String, String> merged = new LinkedHashMap<>();
        if (change.after() != null) {
          int column = 1;
          for (String name : names) {
            merged.put(name, change.after().get(column++));
          }
        }
        yield merged;
      }
      case MergeOutcome.Conflict(RowConflict conflict) -> {
        conflicts.add(new Conflict(kind, id, description(kind, id, conflict)));
        yield null;
      }
    };
  }

  private static Row row(String id, Collection<String> names, Map<String, String> fields) {
    if (fields == null) {
      return null;
    }
    String[] values = new String[names.size() + 1];
    values[0] = id;
    int column = 1;
    for (String name : names) {
      values[column++] = fields.get(name);
    }
    return Row.of(values);
  }

  private static String description(Conflict.Kind kind, String id, RowConflict conflict) {
    String what = (kind == Conflict.Kind.SCHEMA ? "Class '" : "Instance '") + id + "' ";
    String fields =
        conflict.fields().stream().map(FieldConflict::name).collect(Collectors.joining(", "));
    return what
        + switch (conflict.type()) {
          case MODIFY_DELETE -> "was changed on the source and deleted on the target";
          case DELETE_MODIFY -> "was deleted on the source and changed on the target";
          case ADD_ADD -> "was added on both branches, which differ in: " + fields;
          default -> "was changed on both branches: " + fields;
        };
  }

  /**
   * What a merge would break: problems that ours does not have already.
   *
   * @param merged with the report of {@link Validator#validate} on its content
   */
  public static List<Conflict> introduced(Merged merged, Report report, Report before) {
    Set<Problem> known = new HashSet<>(before.problems());
    return report.problems().stream()
        .filter(problem -> !known.contains(problem))
        .map(problem ->
            new Conflict(
                problem.kind() == Problem.Kind.CLASS_NOT_FOUND
                    ? Conflict.Kind.STRUCTURAL
                    : Conflict.Kind.VALIDATION,
                problem.instanceId(),
                "Merge would create validation error: "
                    + problem.message()
                    + " (Instance: "
                    + problem.instanceId()
                    + ")"))
        .toList();
  }
}
