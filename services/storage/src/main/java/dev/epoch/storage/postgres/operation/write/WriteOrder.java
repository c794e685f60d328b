package dev.epoch.storage.postgres.operation.write;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * In which order tables that refer to each other are written, so that no statement ends with a
 * reference to a row that is not there.
 *
 * <pre>
 *   1. deletes, table by table, children first
 *   2. updates and inserts, table by table, parents first
 * </pre>
 *
 * That fails where tables refer to each other in a circle, and where a child's row lets go of a
 * parent that is deleted. Such tables are written together, by one statement: PostgreSQL checks
 * references when a statement ends.
 */
final class WriteOrder {
  private final Map<String, Changes> tables;
  private final Set<Reference> references;

  /** Which changes there are for a table. */
  record Changes(boolean updates, boolean deletes) {}

  /** A foreign key of one table of the operation to another, or to itself. */
  record Reference(String child, String parent) {}

  /**
   * Tables written by one statement.
   *
   * @param tables parents first
   * @param deletes whether rows are deleted
   * @param writes whether rows are updated and inserted
   */
  record Step(List<String> tables, boolean deletes, boolean writes) {}

  /**
   * @param tables by name, in an order that is kept where references do not demand another
   */
  WriteOrder(Map<String, Changes> tables, Set<Reference> references) {
    this.tables = new LinkedHashMap<>(tables);
    this.references = references;
  }

  List<Step> steps() {
    List<Set<String>> groups = groups();
    List<Step> deletes = new ArrayList<>();
    List<Step> writes = new ArrayList<>();
    for (Set<String> group : groups) {
      boolean together = group.size() > 1 || hard(group).iterator().hasNext();
      List<String> members = List.copyOf(group);
      if (!together) {
        deletes.addFirst(new Step(members, true, false));
      }
      writes.add(new Step(members, together, true));
    }
    List<Step> steps = new ArrayList<>(deletes);
    steps.addAll(writes);
    return steps;
  }

  /** References that force their two tables into one statement, and lie within these tables. */
  private Set<Reference> hard(Set<String> within) {
    Set<Reference> hard = new LinkedHashSet<>();
    boolean grows = true;
    while (grows) {
      grows = false;
      for (Reference reference : references) {
        Changes child = tables.get(reference.child());
        Changes parent = tables.get(reference.parent());
        boolean childIsLate =
            child.updates()
                || child.deletes()
                    && hard.stream()
                        .anyMatch(h ->
                            h.child().equals(reference.child())
                                || h.parent().equals(reference.child()));
        if (parent.deletes() && childIsLate && hard.add(reference)) {
          grows = true;
        }
      }
    }
    hard.removeIf(r -> !within.contains(r.child()) || !within.contains(r.parent()));
    return hard;
  }

  /** Tables that have to be written together, parents first. */
  private List<Set<String>> groups() {
    Map<String, Set<String>> parents = new LinkedHashMap<>();
    tables.keySet().forEach(table -> parents.put(table, new LinkedHashSet<>()));
    references.forEach(r -> parents.get(r.child()).add(r.parent()));
    // a hard reference binds both ways, which makes a circle of it
    hard(tables.keySet()).forEach(r -> parents.get(r.parent()).add(r.child()));
    Map<String, Set<String>> ancestors = new LinkedHashMap<>();
    parents.keySet().forEach(table -> ancestors.put(table, reachable(table, parents)));

    List<Set<String>> groups = new ArrayList<>();
    Set<String> placed = new LinkedHashSet<>();
    parents.keySet().forEach(table -> place(table, ancestors, placed, groups));
    return groups;
  }

  private static void place(
      String table,
      Map<String, Set<String>> ancestors,
      Set<String> placed,
      List<Set<String>> groups) {
    if (placed.contains(table)) {
      return;
    }
    Set<String> group = new LinkedHashSet<>();
    group.add(table);
    for (String ancestor : ancestors.get(table)) {
      if (ancestors.get(ancestor).contains(table)) {
        group.add(ancestor);
      }
    }
    placed.addAll(group);
    for (String member : group) {
      for (String ancestor : ancestors.get(member)) {
        place(ancestor, ancestors, placed, groups);
      }
    }
    groups.add(group);
  }

  private static Set<String> reachable(String from, Map<String, Set<String>> edges) {
    Set<String> reached = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(edges.get(from));
    while (!open.isEmpty()) {
      String next = open.removeLast();
      if (reached.add(next)) {
        open.addAll(edges.get(next));
      }
    }
    return reached;
  }
}
