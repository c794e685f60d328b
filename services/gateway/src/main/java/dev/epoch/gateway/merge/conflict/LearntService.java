package dev.epoch.gateway.merge.conflict;

import dev.epoch.engine.state.MergeState;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ForgetResolutionsV1;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.gateway.merge.conflict.ConflictService.Settled;
import dev.epoch.gateway.merge.conflict.LearntResolutions.Again;
import dev.epoch.gateway.merge.conflict.LearntResolutions.Learnt;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.ResolutionSelector;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides conflicts as they were decided before, and forgets how. */
public final class LearntService {
  private static final int LOOKED_UP_AT_ONCE = 500;

  private final ChunkStore chunks;

  public LearntService(ChunkStore chunks) {
    this.chunks = chunks;
  }

  /** A conflict that is open, and what of it was decided before. */
  private record Known(List<Again> again, boolean resolves, long fields) {}

  /**
   * Makes the decisions that are known for conflicts of the open merge, one command each; the last
   * one has the key of the request, and its facts are of all.
   *
   * @param scope which conflicts
   * @return empty if nothing is known of them
   * @throws RefusedException if no merge is open
   */
  public Optional<Settled> resolve(
      LiveRepository repository,
      String branchName,
      ResolutionSelector scope,
      LearntResolutions learnt,
      Caller caller) {
    return new BranchTurn(repository, RecordType.RESOLVE_CONFLICTS_V1, caller)
        .on(
            branchName,
            step -> Optional.of(ConflictService.former(step)),
            (_, branch) -> {
              if (branch.merge() == null) {
                throw new RefusedException(
                    Code.NO_MERGE_IN_PROGRESS,
                    "No merge is open on '" + branchName + "'",
                    Map.of("branch", branchName));
              }
              return resolve(repository, branchName, branch.merge(), scope, learnt, caller);
            });
  }

  private Optional<Settled> resolve(
      LiveRepository repository,
      String branch,
      MergeState merge,
      ResolutionSelector scope,
      LearntResolutions learnt,
      Caller caller) {
    List<Known> known = known(merge, scope, learnt);
    if (known.isEmpty()) {
      return Optional.empty();
    }
    long resolved = known.stream().filter(Known::resolves).count();
    long decided = known.stream().mapToLong(Known::fields).sum();
    long remaining = merge.remaining();
    StepResult last = null;
    for (int i = 0; i < known.size(); i++) {
      Known one = known.get(i);
      for (int j = 0; j < one.again().size(); j++) {
        boolean ofConflict = j == one.again().size() - 1;
        boolean ofAll = ofConflict && i == known.size() - 1;
        remaining -= ofConflict && one.resolves() ? 1 : 0;
        last =
            repository
                .step(
                    command(
                        branch,
                        one.again().get(j),
                        ofAll ? resolved : 0,
                        remaining,
                        ofAll ? decided : 0),
                    ofAll ? caller : caller.another())
                .orRefuse();
      }
    }
    return last.event(ConflictsResolvedV1.class)
        .map(event -> new Settled(event.resolved(), event.remaining(), event.decided()));
  }

  private List<Known> known(MergeState merge, ResolutionSelector scope, LearntResolutions learnt) {
    List<Decision> before = OpenConflicts.current(merge);
    List<Known> known = new ArrayList<>();
    List<ConflictService.Status> batch = new ArrayList<>();
    try (RowStream<RowConflict> conflicts = OpenConflicts.stream(merge, chunks)) {
      while (conflicts.hasNext()) {
        RowConflict conflict = conflicts.next();
        ConflictService.Status status = ConflictService.status(conflict, before);
        if (!status.resolved() && scope.matches(conflict)) {
          batch.add(status);
        }
        if (batch.size() == LOOKED_UP_AT_ONCE) {
          known.addAll(known(batch, before, scope, learnt));
          batch.clear();
        }
      }
    }
    known.addAll(known(batch, before, scope, learnt));
    return known;
  }

  private static List<Known> known(
      List<ConflictService.Status> batch,
      List<Decision> before,
      ResolutionSelector scope,
      LearntResolutions learnt) {
    Set<String> marks = new HashSet<>();
    batch.forEach(status -> marks.addAll(LearntResolutions.marks(status.conflict())));
    Map<String, Learnt> found = marks.isEmpty() ? Map.of() : learnt.of(marks);
    List<Known> known = new ArrayList<>();
    for (ConflictService.Status status : batch) {
      RowConflict conflict = status.conflict();
      List<Again> again =
          LearntResolutions.again(conflict, LearntResolutions.offer(conflict, scope, found));
      if (!again.isEmpty()) {
        List<Decision> afterwards = new ArrayList<>(before);
        again.forEach(one -> afterwards.add(OpenConflicts.decision(event(one))));
        ConflictService.Status then = ConflictService.status(conflict, afterwards);
        known.add(
            new Known(again, then.resolved(), status.open().size() - (long) then.open().size()));
      }
    }
    return known;
  }

  private static ConflictsResolvedV1 event(Again again) {
    return ConflictService.event(null, command("", again, 0, 0, 0));
  }

  private static ResolveConflictsV1 command(
      String branch, Again again, long resolved, long remaining, long decided) {
    Learnt learnt = again.learnt();
    Map<String, String> values = new HashMap<>();
    List<String> nulls = new ArrayList<>();
    learnt
        .values()
        .forEach((column, text) -> {
          if (again.field() != null && !again.field().equals(column)) {
            return;
          }
          if (text == null) {
            nulls.add(column);
          } else {
            values.put(column, text);
          }
        });
    return new ResolveConflictsV1(
        branch,
        again.conflict().tableName(),
        again.conflict().key().values(),
        again.field(),
        again.conflict().constraint(),
        learnt.resolution(),
        values,
        nulls,
        learnt.deleteRow(),
        resolved,
        remaining,
        decided,
        List.of());
  }

  /** Forgets; how many decisions, as far as the command knew. */
  public long forget(LiveRepository repository, ForgetResolutionsV1 command, Caller caller) {
    StepResult step = repository.step(command, caller).orRefuse();
    return step.event(ResolutionsForgottenV1.class)
        .map(ResolutionsForgottenV1::forgotten)
        .orElseGet(() -> Long.parseLong(step.formerFacts().get("forgotten")));
  }
}
