package dev.epoch.cli.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Draws a commit graph beside the text of its commits, as {@code git log --graph} does.
 *
 * <pre>
 *   *   merge       a lane per line of history; a commit takes the first lane that waits for it
 *   |\
 *   | * theirs
 *   * | ours
 *   |/              lanes that wait for the same commit are joined
 *   * base
 * </pre>
 */
public final class HistoryGraph {

  private final List<String> lanes = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();

  private HistoryGraph() {}

  /**
   * A commit to draw.
   *
   * @param parents ids; those that are not drawn leave their lane open
   * @param text at least one line
   */
  public record Node(String id, List<String> parents, List<String> text) {}

  /** The drawing of commits that come children first. */
  public static List<String> draw(List<Node> nodes) {
    HistoryGraph graph = new HistoryGraph();
    nodes.forEach(graph::add);
    return graph.lines;
  }

  private void add(Node node) {
    int lane = lanes.indexOf(node.id());
    if (lane < 0) {
      lane = lanes.size();
      lanes.add(node.id());
    }
    int before = lanes.size();
    StringBuilder commit = new StringBuilder();
    for (int i = 0; i < before; i++) {
      commit.append(i == lane ? "* " : "| ");
    }
    List<String> bars = new ArrayList<>();
    bars.add(commit.toString());
    bars.addAll(fork(lane, node.parents()));
    write(bars, node.text(), 2 * Math.max(before, lanes.size()));
    join();
  }

  /** Puts the parents into lanes and answers the rows that show it. */
  private List<String> fork(int lane, List<String> parents) {
    List<String> rows = new ArrayList<>();
    if (parents.isEmpty()) {
      lanes.remove(lane);
      if (lane < lanes.size()) {
        rows.add("| ".repeat(lane) + " /".repeat(lanes.size() - lane));
      }
      return rows;
    }
    lanes.set(lane, parents.getFirst());
    for (int i = 1; i < parents.size(); i++) {
      int at = lane + i;
      rows.add("| ".repeat(at - 1) + "|\\" + " \\".repeat(lanes.size() - at));
      lanes.add(at, parents.get(i));
    }
    return rows;
  }

  private void write(List<String> bars, List<String> text, int width) {
    String open = "| ".repeat(lanes.size());
    for (int i = 0; i < Math.max(bars.size(), text.size()); i++) {
      String bar = i < bars.size() ? bars.get(i) : open;
      String padded = bar + " ".repeat(Math.max(0, width - bar.length()));
      lines.add((padded + (i < text.size() ? text.get(i) : "")).stripTrailing());
    }
  }

  /** Joins lanes that wait for the same commit, the right one into the left one. */
  private void join() {
    for (int right = 1; right < lanes.size(); right++) {
      int left = lanes.indexOf(lanes.get(right));
      if (left < right) {
        lines.addAll(joining(left, right));
        lanes.remove(right);
        right--;
      }
    }
  }

  /** Lanes beyond the joined one move along to the left. */
  private List<String> joining(int left, int right) {
    char[] first = row();
    int bars = right;
    for (int i = 0; i < bars; i++) {
      first[2 * i] = '|';
    }
    for (int i = right; i < lanes.size(); i++) {
      first[2 * i - 1] = '/';
    }
    for (int i = left + 2; i < right; i++) {
      first[2 * i - 1] = '_';
    }
    List<String> rows = new ArrayList<>();
    rows.add(new String(first).stripTrailing());
    if (right > left + 1) {
      char[] second = row();
      for (int i = 0; i < lanes.size() - 1; i++) {
        second[2 * i] = '|';
      }
      second[2 * left + 1] = '/';
      rows.add(new String(second).stripTrailing());
    }
    return Collections.unmodifiableList(rows);
  }

  private char[] row() {
    return " ".repeat(2 * lanes.size()).toCharArray();
  }
}
