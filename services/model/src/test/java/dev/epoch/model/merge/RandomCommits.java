package dev.epoch.model.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Digest;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.RandomSchemas;
import dev.epoch.model.changes.ChangeSetReader;
import dev.epoch.model.changes.ChangeSetWriter;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitGraph;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.merge.rule.ConflictRules;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Branches of one table in memory: commits keep their change set against their first parent, its
 * hash is carried on from commit to commit, merges go through the merge base of the graph, virtual
 * ones too. Each step checks what holds of it.
 */
final class RandomCommits implements CommitGraph {
  private static final int BRANCHES = 4;

  /** What is kept of a commit. */
  private record Node(
      List<CommitId> parents,
      int generation,
      Map<RowKey, Row> rows,
      ContentSum sum,
      Digest changes) {}

  /** A merge before its conflicts are settled. */
  private record Merge(Map<RowKey, Row> rows, Map<RowKey, RowConflict> conflicts) {}

  private final RandomTables shape;
  private final List<Row> keys;
  private final RowMerge merge;
  private final Map<CommitId, Node> nodes = new LinkedHashMap<>();
  private final Map<Digest, byte[]> chunks = new HashMap<>();
  private final CommitId[] heads = new CommitId[BRANCHES];
  private final Ancestry ancestry = new Ancestry(this);
  int merges;
  int conflicts;
  int virtual;

  RandomCommits(TableSchema table, List<Row> keys) {
    this.shape = new RandomTables(table, Map.of(), Map.of(), Map.of());
    this.keys = keys;
    this.merge = TableMerge.merge(table, MergeStrategy.DEFAULT, ConflictRules.MANUAL);
    CommitId root = commit(List.of(), Map.of());
    java.util.Arrays.fill(heads, root);
  }

  /** A step is a number that means the same whatever came before. */
  void step(long number) {
    Random random = new Random(number);
    int target = random.nextInt(BRANCHES);
    int source = random.nextInt(BRANCHES);
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3, 4 -> {
        Map<RowKey, Row> rows = RandomTables.rows(rows(heads[target]));
        change(rows, random);
        heads[target] = commit(List.of(heads[target]), rows);
      }
      case 5 -> heads[target] = heads[source];
      default -> heads[target] = merged(heads[target], heads[source], random.nextBoolean());
    }
  }

  private void change(Map<RowKey, Row> rows, Random random) {
    TableSchema table = shape.table();
    for (int i = random.nextInt(3); i >= 0; i--) {
      Row some = keys.get(random.nextInt(keys.size()));
      RowKey key = some.key(table.keyIndexes());
      if (random.nextInt(4) == 0) {
        rows.remove(key);
        continue;
      }
      Row row = rows.getOrDefault(key, some);
      long seed = random.nextLong();
      for (Column column : table.columns()) {
        // of the column alone, so that leaving another one out changes nothing here
        Random own = new Random(seed ^ column.name().hashCode() * 0x9E3779B97F4A7C15L);
        if (!table.primaryKey().contains(column.name()) && own.nextInt(3) == 0) {
          row = row.with(table.indexOf(column.name()), RandomSchemas.value(column, own));
        }
      }
      rows.put(key, row);
    }
  }

  private CommitId merged(CommitId ours, CommitId theirs, boolean theirsWins) {
    if (ancestry.isAncestor(theirs, ours)) {
      assertThat(merge(ours, theirs)).isEqualTo(new Merge(rows(ours), Map.of()));
      return ours;
    }
    Merge open = merge(ours, theirs);
    if (ancestry.isAncestor(ours, theirs)) {
      assertThat(open.conflicts()).isEmpty();
      assertSame(open.rows(), rows(theirs));
      return theirs;
    }
    mirrored(open, merge(theirs, ours));
    MergeBase base = ancestry.mergeBase(ours, theirs);
    nothingIsLostOrInvented(open, base, ours, theirs);
    merges++;
    conflicts += open.conflicts().isEmpty() ? 0 : 1;
    virtual += base instanceof MergeBase.Virtual ? 1 : 0;
    CommitId result = commit(List.of(ours, theirs), settled(open, base, ours, theirs, theirsWins));
    // once more, and back
    assertThat(ancestry.mergeBase(result, theirs)).isEqualTo(new MergeBase.Commit(theirs));
    assertThat(merge(result, theirs)).isEqualTo(new Merge(rows(result), Map.of()));
    assertThat(ancestry.isAncestor(theirs, result)).isTrue();
    Merge back = merge(theirs, result);
    assertThat(back.conflicts()).isEmpty();
    assertSame(back.rows(), rows(result));
    return result;
  }

  private Merge merge(CommitId ours, CommitId theirs) {
    MergeBase base = ancestry.mergeBase(ours, theirs);
    Map<RowKey, Row> rows = RandomTables.rows(rows(ours));
    Map<RowKey, RowConflict> open = new LinkedHashMap<>();
    for (Row some : keys) {
      RowKey key = some.key(shape.table().keyIndexes());
      switch (merge.merge(key, base(key, base), rows(ours).get(key), rows(theirs).get(key))) {
        case MergeOutcome.Unchanged _ -> {}
        case MergeOutcome.Write(RowChange change) -> TableMerge.apply(rows, change);
        case MergeOutcome.Conflict(RowConflict conflict) -> open.put(key, conflict);
      }
    }
    return new Merge(rows, open);
  }

  private BaseRow base(RowKey key, MergeBase base) {
    return new VirtualBase(merge).row(key, base, commit -> rows(commit).get(key));
  }

  private Map<RowKey, Row> settled(
      Merge open, MergeBase base, CommitId ours, CommitId theirs, boolean theirsWins) {
    Resolution resolution = theirsWins ? new Resolution.Theirs() : new Resolution.Ours();
    List<Decision> all = List.of(new Decision(ResolutionSelector.ALL, resolution));
    open.conflicts()
        .forEach((key, conflict) -> {
          MergeOutcome outcome =
              new ResolvedMerge(merge)
                  .resolve(
                      key,
                      base(key, base),
                      rows(ours).get(key),
                      rows(theirs).get(key),
                      conflict,
                      all);
          switch (outcome) {
            case MergeOutcome.Unchanged _ -> {}
            case MergeOutcome.Write(RowChange change) -> TableMerge.apply(open.rows(), change);
            case MergeOutcome.Conflict(RowConflict left) -> throw new AssertionError(left);
          }
        });
    return open.rows();
  }

  private void mirrored(Merge one, Merge other) {
    assertThat(other.conflicts().keySet()).isEqualTo(one.conflicts().keySet());
    Map<RowKey, Row> left = RandomTables.rows(one.rows());
    Map<RowKey, Row> right = RandomTables.rows(other.rows());
    left.keySet().removeAll(one.conflicts().keySet());
    right.keySet().removeAll(one.conflicts().keySet());
    assertSame(left, right);
  }

  /** Rows that one side left as all bases have them are the other's; fields are some side's. */
  private void nothingIsLostOrInvented(
      Merge merged, MergeBase base, CommitId ours, CommitId theirs) {
    for (Row some : keys) {
      RowKey key = some.key(shape.table().keyIndexes());
      Row our = rows(ours).get(key);
      Row their = rows(theirs).get(key);
      Row row = merged.rows().get(key);
      List<Row> bases =
          base.bestCommonAncestors().stream().map(commit -> rows(commit).get(key)).toList();
      if (bases.stream().allMatch(old -> shape.same(old, our))) {
        assertThat(merged.conflicts()).doesNotContainKey(key);
        assertThat(shape.same(row, their)).isTrue();
      } else if (bases.stream().allMatch(old -> shape.same(old, their))) {
        assertThat(merged.conflicts()).doesNotContainKey(key);
        assertThat(shape.same(row, our)).isTrue();
      } else if (row != null && !merged.conflicts().containsKey(key)) {
        for (int i = 0; our != null && their != null && i < row.size(); i++) {
          Column column = shape.table().columns().get(i);
          if (!column.generated() && !MergeLawsTest.JSON.contains(column.type().kind())) {
            assertThat(shape.same(i, row, our) || shape.same(i, row, their)).isTrue();
          }
        }
      }
    }
  }

  private void assertSame(Map<RowKey, Row> actual, Map<RowKey, Row> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach((key, row) -> assertThat(shape.same(row, expected.get(key))).isTrue());
  }

  private CommitId commit(List<CommitId> parents, Map<RowKey, Row> rows) {
    Map<RowKey, Row> before = parents.isEmpty() ? Map.of() : rows(parents.getFirst());
    ContentSum sum =
        parents.isEmpty() ? new ContentSum() : nodes.get(parents.getFirst()).sum().copy();
    RowHasher hasher = new RowHasher(shape.table());
    List<RowChange> changes = new ArrayList<>();
    for (Row some : keys) {
      RowKey key = some.key(shape.table().keyIndexes());
      if (!Objects.equals(before.get(key), rows.get(key))) {
        changes.add(new RowChange(key, before.get(key), rows.get(key)));
        sum.apply(hasher, changes.getLast());
      }
    }
    Digest root = ChangeSetWriter.write(shape.table(), changes.iterator(), chunks::put).root();
    CommitId id = new CommitId("%064x".formatted(nodes.size() + 1));
    int generation = parents.stream().mapToInt(p -> generation(p) + 1).max().orElse(0);
    nodes.put(id, new Node(parents, generation, rows, sum, root));
    return id;
  }

  private Map<RowKey, Row> rows(CommitId commit) {
    return nodes.get(commit).rows();
  }

  /**
   * Every commit is what its change sets say, from the first one on, and undone by them; two
   * commits have one hash exactly if they have the same rows.
   */
  void checkCommits() {
    Map<CommitId, Map<RowKey, Row>> rebuilt = new HashMap<>();
    nodes.forEach((id, node) -> {
      Map<RowKey, Row> rows =
          RandomTables.rows(
              node.parents().isEmpty() ? Map.of() : rebuilt.get(node.parents().getFirst()));
      read(node).forEach(change -> TableMerge.apply(rows, change));
      assertThat(rows).isEqualTo(node.rows());
      assertThat(TableMerge.sum(shape.table(), rows)).isEqualTo(node.sum());
      rebuilt.put(id, rows);
      Map<RowKey, Row> undone = RandomTables.rows(rows);
      read(node).forEach(change -> TableMerge.apply(undone, change.inverse()));
      assertThat(undone)
          .isEqualTo(node.parents().isEmpty() ? Map.of() : rows(node.parents().getFirst()));
    });
    List<Node> all = List.copyOf(nodes.values());
    for (Node one : all) {
      for (Node other : all) {
        boolean same =
            one.rows().keySet().equals(other.rows().keySet())
                && one.rows().entrySet().stream()
                    .allMatch(row -> shape.same(row.getValue(), other.rows().get(row.getKey())));
        assertThat(one.sum().hash().equals(other.sum().hash())).isEqualTo(same);
      }
    }
  }

  private List<RowChange> read(Node node) {
    List<RowChange> changes = new ArrayList<>();
    try (RowStream<RowChange> stream = new ChangeSetReader(node.changes(), chunks::get).changes()) {
      stream.forEachRemaining(changes::add);
    }
    return changes;
  }

  @Override
  public List<CommitId> parents(CommitId commit) {
    return nodes.get(commit).parents();
  }

  @Override
  public int number(CommitId commit) {
    return Integer.parseInt(commit.hex(), 16) - 1;
  }

  @Override
  public CommitId commit(int number) {
    return new CommitId("%064x".formatted(number + 1));
  }

  @Override
  public int[] parents(int number) {
    return parents(commit(number)).stream().mapToInt(this::number).toArray();
  }

  @Override
  public int generation(CommitId commit) {
    return nodes.get(commit).generation();
  }

  @Override
  public Instant time(CommitId commit) {
    return Instant.ofEpochSecond(generation(commit));
  }
}
