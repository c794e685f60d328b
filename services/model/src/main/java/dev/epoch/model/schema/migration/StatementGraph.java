package dev.epoch.model.schema.migration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Statements and which of them must run before which.
 *
 * <pre>
 *   CREATE TYPE mood ----> ALTER TABLE t ADD COLUMN m mood ----> CREATE VIEW v
 *                     \--> CREATE FUNCTION f(mood)
 * </pre>
 *
 * Of those that may run next, the one whose step comes first does; in one step, the one that was
 * added first.
 */
public final class StatementGraph {

  /** Statements that stand together in their order. */
  public static final class Node {
    private final int number;
    private final Step step;
    private final List<Statement> statements;
    private final Set<Node> after = new HashSet<>();

    public Step step() {
      return step;
    }

    private Node(int number, Step step, List<Statement> statements) {
      this.number = number;
      this.step = step;
      this.statements = statements;
    }
  }

  private final List<Node> nodes = new ArrayList<>();

  /** Adds statements that nothing has to wait for yet. */
  public Node add(Step step, List<Statement> statements) {
    Node node = new Node(nodes.size(), step, List.copyOf(statements));
    nodes.add(node);
    return node;
  }

  /** Says that one of two runs before the other. */
  public void mustRun(Node first, Node second) {
    if (first != second) {
      second.after.add(first);
    }
  }

  /**
   * All statements in order. Where they wait for each other in a circle, which only objects that
   * cannot be created at all do, the first step goes on.
   */
  public List<Statement> sorted() {
    Map<Node, Integer> waits = new HashMap<>();
    Map<Node, List<Node>> followers = new HashMap<>();
    Comparator<Node> order =
        Comparator.<Node, Step>comparing(node -> node.step).thenComparing(node -> node.number);
    PriorityQueue<Node> ready = new PriorityQueue<>(order);
    for (Node node : nodes) {
      waits.put(node, node.after.size());
      node.after.forEach(f -> followers.computeIfAbsent(f, any -> new ArrayList<>()).add(node));
      if (node.after.isEmpty()) {
        ready.add(node);
      }
    }
    List<Statement> sorted = new ArrayList<>();
    while (!waits.isEmpty()) {
      Node next = ready.isEmpty() ? waits.keySet().stream().min(order).orElseThrow() : ready.poll();
      if (waits.remove(next) == null) {
        continue;
      }
      sorted.addAll(next.statements);
      for (Node follower : followers.getOrDefault(next, List.of())) {
        Integer left = waits.computeIfPresent(follower, (any, count) -> count - 1);
        if (left != null && left == 0) {
          ready.add(follower);
        }
      }
    }
    return sorted;
  }
}
