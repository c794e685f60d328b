package dev.epoch.model.schema.merge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Merges the labels of an enum. Labels that one side has brought stand behind the one that they
 * stand behind there; where both sides have brought some at one place, in alphabetical order.
 */
final class EnumLabels {
  private EnumLabels() {}

  /** Empty if the sides have common labels in different orders. */
  static Optional<List<String>> merged(List<String> base, List<String> ours, List<String> theirs) {
    Set<String> kept = ThreeWay.set(base, ours, theirs);
    List<String> left = common(ours, theirs);
    List<String> right = common(theirs, ours);
    if (!left.equals(right)) {
      // one side may have put them into another order, if the other has left them as they were
      List<String> before = base.stream().filter(left::contains).toList();
      if (before.equals(left)) {
        return Optional.of(woven(right, theirs, ours, kept));
      }
      if (!before.equals(right)) {
        return Optional.empty();
      }
    }
    return Optional.of(woven(left, ours, theirs, kept));
  }

  /** All labels of both. */
  static Optional<List<String>> union(List<String> ours, List<String> theirs) {
    return common(ours, theirs).equals(common(theirs, ours))
        ? Optional.of(
            woven(common(ours, theirs), ours, theirs, ThreeWay.set(List.of(), ours, theirs)))
        : Optional.empty();
  }

  private static List<String> common(List<String> labels, List<String> others) {
    Set<String> there = new HashSet<>(others);
    return labels.stream().filter(there::contains).toList();
  }

  /** The common labels, and between two of them what each side has there. */
  private static List<String> woven(
      List<String> common, List<String> ours, List<String> theirs, Set<String> kept) {
    List<String> woven = new ArrayList<>();
    for (int i = -1; i < common.size(); i++) {
      if (i >= 0 && kept.contains(common.get(i))) {
        woven.add(common.get(i));
      }
      String after = i < 0 ? null : common.get(i);
      List<String> left = between(ours, after, common);
      List<String> right = between(theirs, after, common);
      boolean leftFirst =
          right.isEmpty() || !left.isEmpty() && left.getFirst().compareTo(right.getFirst()) <= 0;
      (leftFirst ? left : right).stream().filter(kept::contains).forEach(woven::add);
      (leftFirst ? right : left).stream().filter(kept::contains).forEach(woven::add);
    }
    return woven;
  }

  /** The labels behind one, up to the next that is common. */
  private static List<String> between(List<String> labels, String after, List<String> common) {
    int start = after == null ? 0 : labels.indexOf(after) + 1;
    int end = start;
    while (end < labels.size() && !common.contains(labels.get(end))) {
      end++;
    }
    return labels.subList(start, end);
  }
}
