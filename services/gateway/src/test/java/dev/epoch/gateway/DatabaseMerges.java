package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.RandomDatabase.State;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Merges, and what holds of each of them. */
final class DatabaseMerges {
  private static final int ROUNDS = 5;
  private final TestServer test;
  private final RandomDatabase shape;
  private final DatabaseModel model;
  private final DatabaseReads reads;
  private final List<String> script;
  final Map<String, Integer> counts;

  DatabaseMerges(
      TestServer test,
      RandomDatabase shape,
      DatabaseModel model,
      DatabaseReads reads,
      List<String> script,
      Map<String, Integer> counts) {
    this.test = test;
    this.shape = shape;
    this.model = model;
    this.reads = reads;
    this.script = script;
    this.counts = counts;
  }

  /** Merges a commit into a branch without uncommitted changes. */
  void merge(String target, String theirs, Random random) {
    String ours = model.heads.get(target);
    boolean twin = random.nextInt(3) == 0;
    if (model.isAncestor(theirs, ours)) {
      upToDate(target, theirs);
    } else if (model.isAncestor(ours, theirs)) {
      fastForward(target, ours, theirs, twin);
    } else if (!model.isClear(ours, theirs)) {
      count("schemas in conflict, or perhaps");
    } else {
      threeWay(target, ours, theirs, twin, random);
    }
  }

  /** A branch merged with what it has changes nothing. */
  private void upToDate(String target, String theirs) {
    count("up to date");
    Map<String, String> before = reads.everyHash();
    MergeService.Merged merged = run(target, theirs, false);
    assertThat(merged.upToDate()).as("up to date").isTrue();
    assertThat(merged.conflicts()).isEmpty();
    assertThat(reads.everyHash()).isEqualTo(before);
  }

  /** The head moves; a merge row by row comes to the same rows. */
  private void fastForward(String target, String ours, String theirs, boolean twin) {
    count("fast-forward");
    if (twin) {
      twin(
          ours,
          () -> {
            MergeService.Merged open = run("twin", theirs, true);
            assertThat(open.conflicts()).as("conflicts of a fast-forward").isEmpty();
            assertThat(open.result()).isNull();
            MergeService.Merged merged = continueMerge("twin");
            assertThat(reads.hashes(merged.result().id()))
                .as("a three-way merge instead of a fast-forward")
                .isEqualTo(reads.hashes(theirs));
            assertThat(reads.client("twin")).isEqualTo(model.commits.get(theirs));
          });
    }
    MergeService.Merged merged = run(target, theirs, false);
    assertThat(merged.fastForward()).as("fast-forward").isTrue();
    assertThat(merged.conflicts()).isEmpty();
    assertThat(merged.result().id()).isEqualTo(theirs);
    model.moved(target, theirs);
  }

  private void threeWay(String target, String ours, String theirs, boolean twin, Random random) {
    List<String> bases = model.bases(ours, theirs);
    Map<String, String> before = reads.everyHash();
    MergeService.Merged merged = run(target, theirs, false);
    assertThat(merged.upToDate()).isFalse();
    assertThat(merged.fastForward()).isFalse();
    SortedSet<String> found = conflicts(target);
    Map<String, String> hashes = merged.result() == null ? null : hashes(merged);
    if (merged.result() == null) {
      assertThat(found).as("conflicts of a merge that is not done").isNotEmpty();
      assertThat(reads.everyHash()).as("hashes while conflicts are open").isEqualTo(before);
    } else {
      assertThat(found).isEmpty();
    }
    if (twin) {
      count("mirrored");
      twin(theirs, () -> mirrored(ours, found, hashes));
    }
    if (bases.size() > 1) {
      crosswise(target, bases, ours, theirs, merged);
      return;
    }
    DatabaseModel.Merge expected =
        model.merge(
            model.commits.get(bases.getFirst()),
            model.commits.get(ours),
            model.commits.get(theirs));
    if (!expected.conflicts().isEmpty()) {
      count("conflicts");
      assertThat(found).as("conflicts").isEqualTo(expected.conflicts());
      decide(target, ours, theirs, expected, before, random);
    } else if (!shape.allows(expected.rows())) {
      count("broken constraints");
      decide(target, ours, theirs, expected, before, random);
    } else {
      count("merged");
      assertThat(merged.result()).as("done, conflicts: %s", found).isNotNull();
      done(target, ours, theirs, merged, expected.rows(), random);
    }
  }

  /** Merged the other way, the same records conflict, and what does not conflict is the same. */
  private void mirrored(String ours, SortedSet<String> conflicts, Map<String, String> hashes) {
    Map<String, String> before = reads.everyHash();
    MergeService.Merged other = run("twin", ours, false);
    if (other.result() == null) {
      SortedSet<String> found = conflicts("twin");
      boolean constraints = found.stream().anyMatch(each -> each.contains("] constraint "));
      // which of two rows with one unique value is told of depends on which one the merge writes
      if (!constraints) {
        assertThat(found)
            .as("conflicts of the mirrored merge")
            .isEqualTo(
                conflicts.stream()
                    .map(DatabaseModel::mirrored)
                    .collect(Collectors.toCollection(TreeSet::new)));
      }
      assertThat(hashes).as("the mirrored merge conflicts: %s", found).isNull();
      abort("twin", before);
    } else {
      assertThat(hashes(other)).as("hashes of the mirrored merge").isEqualTo(hashes);
    }
  }

  private Map<String, String> hashes(MergeService.Merged merged) {
    return reads.hashes(merged.result().id()).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().hex()));
  }

  /** With a virtual base: rows that one side left as all bases have them are the other's. */
  private void crosswise(
      String target, List<String> bases, String ours, String theirs, MergeService.Merged merged) {
    count("crosswise");
    if (merged.result() == null) {
      abort(target, null);
      return;
    }
    State rows = reads.commit(merged.result().id()).with(model.commits.get(ours).altered());
    for (RandomTable table : shape.tables()) {
      Set<List<String>> keys = new HashSet<>();
      for (String commit : List.of(ours, theirs, merged.result().id())) {
        State state = model.commits.getOrDefault(commit, rows);
        keys.addAll(state.rows(table.name()).keySet());
      }
      for (List<String> key : keys) {
        List<String> our = model.commits.get(ours).rows(table.name()).get(key);
        List<String> their = model.commits.get(theirs).rows(table.name()).get(key);
        List<String> row = rows.rows(table.name()).get(key);
        List<List<String>> olds = new ArrayList<>();
        bases.forEach(base -> olds.add(model.commits.get(base).rows(table.name()).get(key)));
        if (olds.stream().allMatch(old -> Objects.equals(old, our))) {
          assertThat(row).as("changed by theirs alone: %s", key).isEqualTo(their);
        } else if (olds.stream().allMatch(old -> Objects.equals(old, their))) {
          assertThat(row).as("changed by ours alone: %s", key).isEqualTo(our);
        } else if (our != null && their != null) {
          for (int i = 0; i < row.size(); i++) {
            assertThat(row.get(i)).as("field %s of %s", i, key).isIn(our.get(i), their.get(i));
          }
        }
      }
    }
    assertThat(shape.broken(rows)).as("published").isEmpty();
    done(target, ours, theirs, merged, rows, new Random(1));
  }

  /**
   * The merge is open. It is aborted; or decided, in bulk or one by one, and goes on until no
   * constraint is broken.
   */
  private void decide(
      String target,
      String ours,
      String theirs,
      DatabaseModel.Merge merge,
      Map<String, String> before,
      Random random) {
    if (random.nextInt(3) == 0) {
      checkBroken(target, merge.rows(), !merge.conflicts().isEmpty(), Set.of());
      abort(target, before);
      return;
    }
    boolean bulk = random.nextBoolean();
    boolean bulkTheirs = random.nextBoolean();
    State rows = merge.rows().copy();
    boolean constraints = merge.conflicts().isEmpty();
    Set<String> settledKeys = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      checkBroken(target, rows, !constraints, settledKeys);
      State settled = rows.copy();
      // a row that breaks several constraints is decided several times: the last one counts
      Map<RowConflict, String> decisions = new LinkedHashMap<>();
      for (RowConflict conflict : open(target)) {
        boolean theirsWins = bulk ? bulkTheirs : random.nextBoolean();
        State side = model.commits.get(theirsWins ? theirs : ours);
        List<String> key = conflict.key().values();
        List<String> row =
            constraints
                ? side.rows(conflict.tableName()).get(key)
                : DatabaseModel.decided(merge, conflict.tableName(), key, side);
        settled = settled.with(conflict.tableName(), key, row);
        settledKeys.add(entry(conflict));
        decisions.put(conflict, theirsWins ? "theirs" : "ours");
      }
      if (bulk) {
        resolve(target, null, List.of(), bulkTheirs ? "theirs" : "ours");
      } else {
        decisions.forEach((conflict, side) ->
            resolve(target, conflict.tableName(), conflict.key().values(), side));
      }
      MergeService.Merged merged = continueMerge(target);
      count("decided");
      rows = settled;
      if (shape.allows(rows)) {
        assertThat(merged.result())
            .as("done as decided, conflicts: %s", conflicts(target))
            .isNotNull();
        done(target, ours, theirs, merged, rows, random);
        return;
      }
      count("broken constraints");
      assertThat(merged.result()).as("published although it breaks constraints").isNull();
      assertThat(reads.everyHash()).isEqualTo(before);
      constraints = true;
    }
    abort(target, before);
  }

  /**
   * What is reported are the rows that break constraints, beside those that were decided before; of
   * equal unique values, one of them.
   */
  private void checkBroken(
      String target, State rows, boolean otherConflicts, Set<String> decidedBefore) {
    if (otherConflicts) {
      return;
    }
    SortedSet<String> broken = shape.broken(rows);
    SortedSet<String> found = new TreeSet<>();
    for (RowConflict conflict : open(target)) {
      assertThat(conflict.type()).isEqualTo(ConflictType.CONSTRAINT);
      String entry = entry(conflict);
      if (broken.contains(entry) || !decidedBefore.contains(entry)) {
        found.add(entry);
      }
    }
    assertThat(broken).as("rows that break constraints").containsAll(found);
    assertThat(found.stream().filter(each -> !each.contains("_unique ")))
        .as("rows that are reported")
        .containsExactlyElementsOf(
            broken.stream().filter(each -> !each.contains("_unique ")).toList());
    assertThat(constraints(found)).isEqualTo(constraints(broken));
  }

  private static String entry(RowConflict conflict) {
    return conflict.tableName() + " " + conflict.constraint() + " " + conflict.key().values();
  }

  private static Set<String> constraints(SortedSet<String> broken) {
    return broken.stream().map(each -> each.split(" ")[1]).collect(Collectors.toSet());
  }

  private void done(
      String target,
      String ours,
      String theirs,
      MergeService.Merged merged,
      State rows,
      Random random) {
    String result = merged.result().id();
    assertThat(merged.result().parents()).containsExactly(ours, theirs);
    model.committed(result, rows, List.of(ours, theirs));
    model.moved(target, result);
    assertThat(reads.working(target)).as("merged").isEqualTo(rows);
    assertThat(reads.client(target)).as("merged, for a client").isEqualTo(rows);
    if (random.nextInt(3) == 0) {
      upToDate(target, theirs);
      twin(
          theirs,
          () -> {
            MergeService.Merged back = run("twin", result, false);
            assertThat(back.fastForward()).as("merging back is a fast-forward").isTrue();
            assertThat(back.result().id()).isEqualTo(result);
            assertThat(reads.client("twin")).isEqualTo(rows);
          });
    }
  }

  private void abort(String target, Map<String, String> before) {
    count("aborted");
    script.add("abort " + target);
    test.server().merges().abort(test.repository(), target, TestServer.caller());
    assertThat(reads.head(target).id())
        .isEqualTo(model.heads.getOrDefault(target, reads.head(target).id()));
    if (before != null) {
      assertThat(reads.everyHash()).as("hashes after the merge was aborted").isEqualTo(before);
    }
  }

  /** Does something on a branch of its own. */
  private void twin(String commit, Runnable what) {
    script.add("branch twin " + name(commit));
    test.branch("twin", commit);
    what.run();
    script.add("delete twin");
    test.server().branches().delete(test.repository(), "twin", true, TestServer.caller());
  }

  private MergeService.Merged run(String target, String theirs, boolean noCommit) {
    script.add("merge " + name(theirs) + " into " + target + (noCommit ? " --no-commit" : ""));
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                target,
                theirs,
                null,
                null,
                TestServer.ALICE,
                null,
                noCommit,
                false,
                false,
                null,
                null,
                false,
                true),
            TestServer.caller());
  }

  private MergeService.Merged continueMerge(String target) {
    script.add("continue " + target);
    return test.server()
        .merges()
        .continueMerge(test.repository(), target, null, TestServer.ALICE, TestServer.caller());
  }

  private void resolve(String target, String table, List<String> key, String side) {
    script.add("resolve " + side + (table == null ? "" : " " + table + " " + key));
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                target, table, key, null, null, side, Map.of(), List.of(), false, 0, 0),
            TestServer.caller());
  }

  private List<RowConflict> open(String branch) {
    RepositoryState state = test.repository().state();
    return test
        .server()
        .conflicts()
        .list(state, References.branch(state, branch), null, null, 1_000)
        .conflicts()
        .stream()
        .map(ConflictService.Status::conflict)
        .toList();
  }

  private SortedSet<String> conflicts(String branch) {
    return open(branch).stream()
        .map(conflict ->
            DatabaseModel.conflict(
                conflict.tableName(),
                conflict.key().values(),
                conflict.constraint() == null
                    ? conflict.type().wireName()
                    : "constraint " + conflict.constraint(),
                conflict.fields().stream().map(FieldConflict::name).toList()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private String name(String commit) {
    return "commit" + List.copyOf(model.commits.keySet()).indexOf(commit);
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }
}
