package dev.epoch.engine.processing;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AbortMergeV1;
import dev.epoch.events.command.ContinueMergeV1;
import dev.epoch.events.command.MergeBranchV1;
import dev.epoch.events.command.ResolveConflictsV1;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is refused of merges, and why. */
final class MergeRefusals {
  private MergeRefusals() {}

  static ResolveConflictsV1 resolving(String branch, long resolved, long remaining) {
    return new ResolveConflictsV1(
        branch,
        "users",
        List.of("7"),
        null,
        null,
        "ours",
        Map.of(),
        List.of(),
        false,
        resolved,
        remaining);
  }

  static Answer prepare(Scenario scenario, Answer started, String mergeId, boolean forward) {
    return scenario.step(
        new Continuation.PrepareMerge(
            started.command(),
            scenario.branch("main").id(),
            scenario.head("main"),
            scenario.mergePlan("dev", mergeId, forward)),
        started);
  }

  static Stream<Refused> all() {
    return Stream.of(
        Refused.of(
            "no such target",
            s -> {},
            s -> s.merging("dev", "main", "three_way"),
            Code.BRANCH_NOT_FOUND,
            "dev",
            null),
        Refused.of(
            "no such commit",
            s -> {},
            s -> s.merging("main", "nowhere", "three_way"),
            Code.COMMIT_NOT_FOUND,
            "000",
            null),
        Refused.of(
            "another head than expected",
            s -> s.diverged(),
            s -> {
              MergeBranchV1 m = s.merging("main", "dev", "three_way");
              return new MergeBranchV1(
                  m.target(),
                  m.source(),
                  m.sourceCommit(),
                  m.strategy(),
                  null,
                  m.author(),
                  false,
                  false,
                  s.head("dev"),
                  "commit",
                  null,
                  false);
            },
            Code.HEAD_MOVED,
            "moved",
            "new head"),
        Refused.of(
            "a merge is open",
            s -> s.diverged().openMerge(2),
            s -> s.merging("main", "dev", "three_way"),
            Code.MERGE_IN_PROGRESS,
            "'dev' into 'main'",
            "--abort"),
        Refused.of(
            "an operation is in flight",
            s -> s.diverged().busy("main"),
            s -> s.merging("main", "dev", "three_way"),
            Code.BRANCH_BUSY,
            "in flight",
            "Try again"),
        Refused.of(
            "no fast-forward",
            s -> s.diverged(),
            s -> s.merging("main", "dev", "fast_forward"),
            Code.NOT_FAST_FORWARD,
            "commits of their own",
            "THREE_WAY"),
        Refused.of(
            "resolve: no such branch",
            s -> {},
            s -> resolving("dev", 1, 0),
            Code.BRANCH_NOT_FOUND,
            "dev",
            null),
        Refused.of(
            "resolve: no merge",
            s -> {},
            s -> resolving("main", 1, 0),
            Code.NO_MERGE_IN_PROGRESS,
            "main",
            null),
        Refused.of(
            "resolve: the merge is being completed",
            s -> {
              s.diverged();
              Answer opened = s.openMerge(0);
              prepare(s, opened, s.branch("main").merge().id(), false);
            },
            s -> resolving("main", 1, 0),
            Code.BRANCH_BUSY,
            "in flight",
            "Try again"),
        Refused.of(
            "continue: no such branch",
            s -> {},
            s -> new ContinueMergeV1("dev", null, TestRepository.ALICE),
            Code.BRANCH_NOT_FOUND,
            "dev",
            null),
        Refused.of(
            "continue: no merge",
            s -> {},
            s -> new ContinueMergeV1("main", null, TestRepository.ALICE),
            Code.NO_MERGE_IN_PROGRESS,
            "main",
            null),
        Refused.of(
            "continue: conflicts are open",
            s -> s.diverged().openMerge(2),
            s -> new ContinueMergeV1("main", null, TestRepository.ALICE),
            Code.UNRESOLVED_CONFLICTS,
            "2 conflict(s)",
            "resolve"),
        Refused.of(
            "abort: no such branch",
            s -> {},
            s -> new AbortMergeV1("dev"),
            Code.BRANCH_NOT_FOUND,
            "dev",
            null),
        Refused.of(
            "abort: no merge",
            s -> {},
            s -> new AbortMergeV1("main"),
            Code.NO_MERGE_IN_PROGRESS,
            "main",
            null),
        Refused.of(
            "abort: the merge is being completed",
            s -> {
              s.diverged();
              Answer opened = s.openMerge(0);
              prepare(s, opened, s.branch("main").merge().id(), false);
            },
            s -> new AbortMergeV1("main"),
            Code.BRANCH_BUSY,
            "in flight",
            "Try again"));
  }
}
