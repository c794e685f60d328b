package dev.epoch.storage.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A step of a random history. Choices are numbers that are taken modulo what there is to choose
 * from, so that a history stays one when steps are left out.
 */
sealed interface HistoryAction {
  /** One row that is written: inserted, updated, deleted, or given another key. */
  record RowWrite(int key, int otherKey, int value, int what) {}

  /** A transaction of an application on a branch. */
  record Write(int branch, List<RowWrite> rows, boolean truncate) implements HistoryAction {}

  record Commit(int branch, Afterwards afterwards) implements HistoryAction {}

  record Branch(int from) implements HistoryAction {}

  /** Some rows of a commit are merged into a branch. */
  record Merge(int commit, int into, int anchor, int keys, Afterwards afterwards)
      implements HistoryAction {}

  record Repoint(int branch, int commit, Afterwards afterwards) implements HistoryAction {}

  /** Rebuilds a branch from the changes of its commits. */
  record Restore(int branch) implements HistoryAction {}

  /** Opens the table on a branch, or closes it. */
  record Open(int branch, boolean close) implements HistoryAction {}

  /** What happens to an operation once it is applied: it may be reverted, after some writes. */
  record Afterwards(boolean revert, List<Write> writes) {}

  static List<HistoryAction> random(RandomGenerator random, int length) {
    List<HistoryAction> actions = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      actions.add(
          switch (random.nextInt(23)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> write(random);
            case 8, 9, 10, 11 -> new Commit(random.nextInt(100), afterwards(random));
            case 12, 13 -> new Branch(random.nextInt(100));
            case 14, 15, 16, 17 ->
                new Merge(
                    random.nextInt(100),
                    random.nextInt(100),
                    random.nextInt(100),
                    random.nextInt(256),
                    afterwards(random));
            case 18 -> new Repoint(random.nextInt(100), random.nextInt(100), afterwards(random));
            case 19, 20, 21 -> new Open(random.nextInt(100), random.nextInt(3) == 0);
            default -> new Restore(random.nextInt(100));
          });
    }
    return actions;
  }

  private static Write write(RandomGenerator random) {
    List<RowWrite> rows = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      rows.add(
          new RowWrite(
              random.nextInt(100), random.nextInt(100), random.nextInt(6), random.nextInt(6)));
    }
    return new Write(random.nextInt(100), rows, random.nextInt(25) == 0);
  }

  private static Afterwards afterwards(RandomGenerator random) {
    if (random.nextInt(4) != 0) {
      return new Afterwards(false, List.of());
    }
    List<Write> writes = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      writes.add(write(random));
    }
    return new Afterwards(true, writes);
  }
}
