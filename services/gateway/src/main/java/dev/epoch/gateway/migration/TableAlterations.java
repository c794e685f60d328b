package dev.epoch.gateway.migration;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Live tables get other schemas together with rows, in one transaction.
 *
 * <pre>
 *   live --first--> columns are what they will be, without what may stand against rows
 *        --rows-->  written
 *        --last-->  NOT NULL, constraints, indexes, defaults
 *   back: --undo--> --rows--> --undo last-->
 * </pre>
 */
public final class TableAlterations {
  private static final MigrationOptions OPTIONS = MigrationOptions.TRANSACTIONAL;

  private final SchemaService schemas;

  public TableAlterations(SchemaService schemas) {
    this.schemas = schemas;
  }

  /**
   * A table and the schema that it is to have.
   *
   * @param now as it is, with the ids of its columns
   */
  public record Change(TableHandle now, TableSchema schema) {}

  /**
   * @param steps by table id; those of several tables of a database stand with one of them
   * @param destructive what takes something away for good, for people to read
   * @param labels what gives types of live tables new labels, by name of the storage: to be run,
   *     and the rest planned anew, before the transaction, in which rows could not have them
   */
  public record Planned(
      Map<String, SchemaSteps> steps, List<String> destructive, Map<String, List<String>> labels) {}

  /**
   * @param objects what becomes of views, functions and the like, by name of the storage; done
   *     where a table of it is among the changes
   * @throws RefusedException if something of it cannot be in a transaction, or cannot be brought
   *     about
   */
  public Planned plan(
      RepositoryState state, Collection<Change> changes, Map<String, MergedObjects> objects) {
    Map<String, List<Change>> byStorage = new TreeMap<>();
    for (Change change : changes) {
      RegisteredTable table = state.tables().byId().get(change.now().id());
      byStorage.computeIfAbsent(table.storage(), _ -> new ArrayList<>()).add(change);
    }
    Map<String, SchemaSteps> steps = new HashMap<>();
    List<String> destructive = new ArrayList<>();
    Map<String, List<String>> labels = new TreeMap<>();
    byStorage.forEach((storage, there) -> {
      there.forEach(TableAlterations::refuseAppendOnly);
      MergedObjects beside = objects.getOrDefault(storage, MergedObjects.NONE);
      DatabaseSchema live = schemas.live(state, storage);
      DatabaseSchema before = live;
      DatabaseSchema between = live;
      DatabaseSchema after = live;
      DatabaseSchema back = live;
      for (Change change : there) {
        AlteredTable altered =
            new AlteredTable(schemas.dialect(), live, change, state.tables().schemas().values());
        before = with(before, altered.before());
        back = with(back, altered.back());
        // what objects tell of them is more than columns do
        List<SchemaObject> needs =
            altered.needs().stream()
                .filter(object ->
                    !(object instanceof SequenceDefinition)
                        || !beside.given().containsKey(object.id()))
                .toList();
        between = without(with(with(between, needs), altered.between()), altered.going());
        after = without(with(with(after, needs), altered.after()), altered.going());
      }
      between = beside.between(between);
      // records of objects may tell of fewer labels than rows of others have
      after = withLabels(beside.after(after), between);
      List<Statement> first =
          new ArrayList<>(schemas.dialect().statements(before, between, OPTIONS));
      List<Statement> last = new ArrayList<>(schemas.dialect().statements(between, after, OPTIONS));
      List<String> added = labels(first, last);
      if (!added.isEmpty()) {
        labels.put(storage, added);
      }
      refuseAlone(first);
      refuseAlone(last);
      List<Statement> all = new ArrayList<>(first);
      all.addAll(last);
      // nothing of a table that comes with the merge is live yet
      Set<ObjectId> coming = new HashSet<>(before.objects().keySet());
      coming.removeAll(live.objects().keySet());
      all.stream()
          .filter(statement -> !coming.contains(statement.object()))
          .flatMap(statement -> statement.hazards().stream())
          .filter(hazard -> hazard.destructive())
          .map(Object::toString)
          .distinct()
          .forEach(destructive::add);
      steps.put(
          there.getFirst().now().id(),
          new SchemaSteps(
              before.ownedAs(live.owners()), between, after.ownedAs(beside.makers()), back));
    });
    return new Planned(steps, destructive, labels);
  }

  /** Takes what gives types new labels from the others. */
  private static List<String> labels(List<Statement> first, List<Statement> last) {
    List<String> labels =
        Stream.concat(first.stream(), last.stream())
            .filter(TableAlterations::isLabel)
            .map(Statement::sql)
            .distinct()
            .toList();
    first.removeIf(TableAlterations::isLabel);
    last.removeIf(TableAlterations::isLabel);
    return labels;
  }

  private static boolean isLabel(Statement statement) {
    return statement.step() == Step.LABELS;
  }

  /** What makes and takes away objects of a branch other than the default one. */
  public SchemaSteps ofBranch(
      RepositoryState state, BranchState branch, String storage, MergedObjects objects) {
    DatabaseSchema now = objects.withComing(schemas.of(state, branch, storage));
    DatabaseSchema between = with(now, objects.neededByTables(now));
    DatabaseSchema after = objects.after(now);
    List<Statement> first = schemas.dialect().statements(now, between, OPTIONS);
    List<Statement> last = schemas.dialect().statements(between, after, OPTIONS);
    List<Statement> all = Stream.concat(first.stream(), last.stream()).toList();
    // no row is written in the type there
    refuseAlone(all.stream().filter(statement -> !isLabel(statement)).toList());
    return new SchemaSteps(now, between, after.ownedAs(objects.makers()), withLabels(now, after));
  }

  /** The same, stored for the log. */
  public OperationPlan.SchemaSteps stored(SchemaSteps steps) {
    return schemas.store(steps);
  }

  /** With all labels that types have in another schema: none is ever taken from a type. */
  private static DatabaseSchema withLabels(DatabaseSchema schema, DatabaseSchema other) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    objects.replaceAll((id, object) ->
        object instanceof EnumType type
                && other.objects().get(id) instanceof EnumType there
                && there.labels().containsAll(type.labels())
            ? new EnumType(type.name(), there.labels(), type.comment(), type.privileges())
            : object);
    return new DatabaseSchema(objects);
  }

  private static void refuseAppendOnly(Change change) {
    TableHandle table = change.now();
    if (table.schema().appendOnly() && !table.schema().equals(change.schema())) {
      throw new RefusedException(
          Code.SCHEMA_CHANGED,
          "Table '" + table.name() + "' is append-only: merges do not change its schema",
          Map.of("table", table.name(), "remedy", "Register it again with its new schema"));
    }
  }

  private static void refuseAlone(List<Statement> statements) {
    for (Statement statement : statements) {
      if (statement.alone()) {
        throw new RefusedException(
            Code.SCHEMA_CHANGED,
            "The merge would change a live table by what runs in no transaction: "
                + statement.sql(),
            Map.of(
                "statement",
                statement.sql(),
                "remedy",
                "Run it on the live table, commit, and merge again"));
      }
    }
  }

  private static DatabaseSchema with(DatabaseSchema schema, TableDefinition table) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    objects.put(table.id(), table);
    return new DatabaseSchema(objects);
  }

  /** With types and sequences that are not there. */
  private static DatabaseSchema with(DatabaseSchema schema, Collection<SchemaObject> needs) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    needs.forEach(object -> objects.put(object.id(), object));
    return new DatabaseSchema(objects);
  }

  private static DatabaseSchema without(DatabaseSchema schema, Collection<ObjectId> going) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    objects.keySet().removeAll(going);
    return new DatabaseSchema(objects);
  }

  /** The shape of a table, with what it tells of other objects. */
  static Map<ObjectId, SchemaObject> shape(
      SchemaDialect dialect, TablePath path, TableSchema schema) {
    return new LinkedHashMap<>(dialect.shapes(Map.of(name(path), schema)).objects());
  }

  static ObjectName name(TablePath path) {
    return new ObjectName(path.schema(), path.table());
  }
}
