package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.StatementGraph;
import dev.epoch.model.schema.migration.StatementGraph.Node;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.SchemaObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A migration in the making: the graph, and which of its nodes do what to which object. */
final class Plan {
  private static final Set<Step> KEYS =
      EnumSet.of(Step.COLUMNS, Step.PRIMARY_KEYS, Step.CONSTRAINTS, Step.INDEXES);

  final DatabaseSchema before;
  final DatabaseSchema after;
  final SchemaDifference difference;
  final Affected affected;
  final MigrationOptions options;
  private final boolean undo;
  private final StatementGraph graph = new StatementGraph();
  private final Map<ObjectId, List<Node>> drops = new HashMap<>();
  private final Map<ObjectId, List<Node>> creates = new HashMap<>();
  private final Map<ObjectId, List<Node>> removals = new HashMap<>();
  private final Map<ObjectId, List<Node>> changes = new HashMap<>();
  private final Map<ObjectId, List<Node>> early = new HashMap<>();
  private final Map<ObjectId, List<Node>> finishes = new HashMap<>();
  private final Map<Node, ObjectId> references = new HashMap<>();

  /**
   * @param undo whether it takes another plan back
   */
  Plan(DatabaseSchema before, DatabaseSchema after, MigrationOptions options, boolean undo) {
    this.undo = undo;
    this.before = before;
    this.after = after;
    this.options = options;
    difference = SchemaDifference.between(before, after);
    affected = new Affected(before, after, difference);
  }

  boolean drops(SchemaObject object) {
    return !after.objects().containsKey(object.id()) || affected.replaced.contains(object.id());
  }

  boolean creates(SchemaObject object) {
    return !before.objects().containsKey(object.id()) || affected.replaced.contains(object.id());
  }

  /**
   * When an index goes: of a plan that takes another back before the constraints, as it came after
   * them; but foreign keys may stand on a unique one.
   */
  Step dropIndex(IndexDefinition index) {
    return undo && !index.unique() ? Step.DROP_NEW_INDEXES : Step.DROP_INDEXES;
  }

  /** The object itself goes. */
  void drop(Step step, Statement... statements) {
    put(drops, step, List.of(statements));
  }

  /** The object itself comes. */
  void create(Step step, Statement... statements) {
    put(creates, step, List.of(statements));
  }

  /** Something goes that belongs to the object, and may be in the way of other things. */
  Node remove(Step step, Statement... statements) {
    return put(removals, step, List.of(statements));
  }

  /** Something of the object changes or comes, which may need other things. */
  Node change(Step step, List<Statement> statements) {
    return put(changes, step, statements);
  }

  Node change(Step step, Statement... statements) {
    return change(step, List.of(statements));
  }

  private Node put(Map<ObjectId, List<Node>> nodes, Step step, List<Statement> statements) {
    Node node = graph.add(step, statements);
    nodes.computeIfAbsent(statements.getFirst().object(), any -> new ArrayList<>()).add(node);
    return node;
  }

  /** Columns leave a type that has to go before it comes back. */
  void leave(Statement statement) {
    put(early, Step.DROP_TABLES, List.of(statement));
  }

  /** Whether columns of a type are texts while it is exchanged. */
  boolean left(ObjectId type) {
    return type.kind() == ObjectKind.RANGE
        && (affected.swapped.contains(type) || affected.displaced.containsKey(type));
  }

  /** The last of an object that was kept aside goes, when nobody has it any more. */
  void finish(Step step, Statement... statements) {
    put(finishes, step, List.of(statements));
  }

  /** A table becomes a partition, which needs its parent as it is to be. */
  void attach(ObjectId parent, Statement statement) {
    references.put(change(Step.SETTINGS, statement), parent);
  }

  /** A foreign key comes, which needs the key that it points to. */
  void reference(ObjectId target, List<Statement> statements) {
    references.put(change(Step.FOREIGN_KEYS, statements), target);
  }

  List<Statement> sorted() {
    before
        .objects()
        .values()
        .forEach(object -> object.dependsOn().forEach(needed -> linkFormer(object.id(), needed)));
    after
        .objects()
        .values()
        .forEach(object -> object.dependsOn().forEach(needed -> linkLatter(object, needed)));
    before
        .objects()
        .keySet()
        .forEach(id -> {
          order(removals, id, drops, id);
          order(removals, id, early, id);
          order(early, id, changes, id);
          order(removals, id, changes, id);
          order(drops, id, creates, id);
          order(creates, id, finishes, id);
        });
    changes.forEach((id, nodes) -> {
      order(creates.getOrDefault(id, List.of()), nodes);
      List<Node> columns = nodes.stream().filter(node -> node.step() == Step.COLUMNS).toList();
      order(columns, nodes.stream().filter(n -> n.step().compareTo(Step.COLUMNS) > 0).toList());
    });
    references.forEach((node, target) -> {
      order(creates.getOrDefault(target, List.of()), List.of(node));
      order(
          changes.getOrDefault(target, List.of()).stream()
              .filter(other -> KEYS.contains(other.step()))
              .toList(),
          List.of(node));
    });
    return graph.sorted();
  }

  private void linkFormer(ObjectId object, ObjectId needed) {
    order(removals, object, drops, needed);
    if (!drops.containsKey(needed)) {
      // a key goes after the table whose foreign key points to it
      order(drops, object, removals, needed);
    }
    order(drops, object, changes, needed);
    order(drops, object, finishes, needed);
    order(drops, object, early, needed);
    if (affected.swapped.contains(needed)) {
      order(drops, object, creates, needed);
      order(early, object, creates, needed);
    }
    if (affected.displaced.containsKey(needed)) {
      order(drops, object, creates, affected.displaced.get(needed));
      order(early, object, creates, affected.displaced.get(needed));
    }
    order(changes, object, finishes, needed);
    order(finishes, object, finishes, needed);
    boolean mutual =
        before.get(needed).filter(other -> other.dependsOn().contains(object)).isPresent();
    if (!mutual) {
      order(drops, object, drops, needed);
    }
    if (!creates.containsKey(needed) && !bothTables(object, needed)) {
      order(changes, object, drops, needed);
    }
  }

  private void linkLatter(SchemaObject object, ObjectId needed) {
    if (foreignKeyOnly(object.id(), needed)) {
      return;
    }
    order(creates, needed, creates, object.id());
    order(creates, needed, changes, object.id());
    if (!dependsOn(needed, object.id())) {
      order(columnChanges(needed), creates.getOrDefault(object.id(), List.of()));
    }
  }

  private boolean dependsOn(ObjectId object, ObjectId needed) {
    return after.get(object).filter(o -> o.dependsOn().contains(needed)).isPresent();
  }

  /** Tables need each other for foreign keys, which are added when both are there. */
  private boolean foreignKeyOnly(ObjectId table, ObjectId needed) {
    return bothTables(table, needed)
        && after
            .table(table.name())
            .filter(t -> t.partitionOf() == null || !t.partitionOf().parent().equals(needed.name()))
            .isPresent();
  }

  private static boolean bothTables(ObjectId one, ObjectId other) {
    return one.kind() == ObjectKind.TABLE && other.kind() == ObjectKind.TABLE;
  }

  private List<Node> columnChanges(ObjectId id) {
    return changes.getOrDefault(id, List.of()).stream()
        .filter(node -> node.step().compareTo(Step.PRIMARY_KEYS) <= 0)
        .toList();
  }

  private void order(
      Map<ObjectId, List<Node>> first, ObjectId a, Map<ObjectId, List<Node>> second, ObjectId b) {
    order(first.getOrDefault(a, List.of()), second.getOrDefault(b, List.of()));
  }

  private void order(List<Node> first, List<Node> second) {
    first.forEach(one -> second.forEach(other -> graph.mustRun(one, other)));
  }
}
