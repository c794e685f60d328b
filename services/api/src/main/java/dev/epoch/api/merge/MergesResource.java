package dev.epoch.api.merge;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.commit.Author;
import dev.epoch.api.commit.CommitView;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.merge.MergeView.RuledField;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.merge.MergeRefusals;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.merge.TakenBack;
import dev.epoch.gateway.merge.conflict.ConflictService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.merge.ResolutionSelector;
import dev.epoch.projections.conflicts.LearntReads;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Merges. One that meets conflicts stays open on its target until it is continued or aborted. */
@Path(ApiPaths.PREFIX + "/branches")
@Tag(name = "Merges")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class MergesResource {
  private static final ContinueMerge NOTHING_SAID = new ContinueMerge(null, null, null, null, null);

  private final ApiRequest request;
  private final Author author;
  private final LearntReads learnt;

  MergesResource(ApiRequest request, Author author, LearntReads learnt) {
    this.learnt = learnt;
    this.request = request;
    this.author = author;
  }

  @POST
  @Path("merge")
  @Operation(
      summary = "Merge a branch into another",
      description =
          "Conflicts are answered with 409 MergeConflictError, and the merge stays open on the target, unless fail_on_conflict is true.")
  public MergeView merge(@NotNull @Valid MergeBranch body) {
    boolean asLearnt = Boolean.TRUE.equals(body.learnt());
    if (asLearnt
        && (Boolean.TRUE.equals(body.dryRun())
            || Boolean.TRUE.equals(body.failOnConflict())
            || Boolean.TRUE.equals(body.promotion()))) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error",
              "learnt",
              "Needs a merge that may stay open: not with dry_run, fail_on_conflict or promotion"));
    }
    LiveRepository repository = request.repository();
    boolean dryRun = Boolean.TRUE.equals(body.dryRun());
    Merged merged =
        request
            .server()
            .merges()
            .merge(
                repository,
                new MergeService.Request(
                    branch(repository.state(), body.target()),
                    body.source(),
                    body.strategy(),
                    body.message(),
                    author.of(request, body.authorName(), body.authorEmail()),
                    body.liveChanges(),
                    Boolean.TRUE.equals(body.noCommit()),
                    Boolean.TRUE.equals(body.failOnConflict()),
                    dryRun,
                    body.expectedHead(),
                    ConflictRules.settings(body.rules()),
                    Boolean.TRUE.equals(body.promotion()),
                    Boolean.TRUE.equals(body.allowDestructive())),
                request.caller());
    if (asLearnt && !merged.conflicts().isEmpty()) {
      merged = decideAsLearnt(repository, merged, body);
    }
    if (!dryRun) {
      refuseIfOpen(merged);
    }
    return MergeView.of(merged, ruled(repository.state(), merged), takenBack(merged));
  }

  /** Null if nothing was, or if the source is gone since it was merged. */
  private String takenBack(Merged merged) {
    RepositoryState state = merged.state();
    String target =
        merged.result() == null
            ? state.branch(merged.target()).map(BranchState::head).orElse(null)
            : merged.result().id();
    try {
      String source = request.references(state).commit(merged.source()).id();
      return target == null ? null : TakenBack.of(state, target, source).orElse(null);
    } catch (RefusedException gone) {
      return null;
    }
  }

  /** The merge that is made, if all was decided before; else the one that is open. */
  private Merged decideAsLearnt(LiveRepository repository, Merged open, MergeBranch body) {
    Optional<ConflictService.Settled> settled =
        ConflictsResource.resolveAsLearnt(request, learnt, open.target(), ResolutionSelector.ALL);
    if (settled.isEmpty()
        || settled.get().remaining() > 0
        || Boolean.TRUE.equals(body.noCommit())) {
      return open;
    }
    return request
        .server()
        .merges()
        .continueMerge(
            repository,
            open.target(),
            body.message(),
            author.of(request, body.authorName(), body.authorEmail()),
            Boolean.TRUE.equals(body.allowDestructive()),
            request.caller());
  }

  @POST
  @Path("merge/continue")
  @Operation(
      summary = "Finish an open merge",
      description = "When every conflict is resolved. Answers the merge commit.")
  public CommitView continueMerge(@Valid ContinueMerge given) {
    ContinueMerge body = given == null ? NOTHING_SAID : given;
    LiveRepository repository = request.repository();
    Merged merged =
        request
            .server()
            .merges()
            .continueMerge(
                repository,
                branch(repository.state(), body.branch()),
                body.message(),
                author.of(request, body.authorName(), body.authorEmail()),
                Boolean.TRUE.equals(body.allowDestructive()),
                request.caller());
    refuseIfOpen(merged);
    return CommitView.of(merged.state(), merged.result());
  }

  @POST
  @Path("merge/abort")
  @Operation(summary = "Give up an open merge", description = "The target is what it was before.")
  public Done.Status abort(@Valid ContinueMerge given) {
    ContinueMerge body = given == null ? NOTHING_SAID : given;
    LiveRepository repository = request.repository();
    request
        .server()
        .merges()
        .abort(repository, branch(repository.state(), body.branch()), request.caller());
    return Done.Status.of("aborted");
  }

  private List<RuledField> ruled(RepositoryState state, Merged merged) {
    return merged.ruled().first().stream()
        .map(decision -> FieldValues.of(request.server(), state, decision))
        .toList();
  }

  private String branch(RepositoryState state, String name) {
    return request.branchName(state, name);
  }

  public static void refuseIfOpen(Merged merged) {
    if (!merged.conflicts().isEmpty()) {
      throw MergeRefusals.conflicts(
          merged.conflicts(),
          Map.of(
              "branch",
              merged.target(),
              "open",
              true,
              "remedy",
              "Resolve the conflicts and continue the merge, or abort it"));
    }
  }
}
