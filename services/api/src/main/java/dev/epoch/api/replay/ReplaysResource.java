package dev.epoch.api.replay;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.commit.Author;
import dev.epoch.api.commit.CommitView;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.merge.ConflictRules;
import dev.epoch.api.merge.ContinueMerge;
import dev.epoch.api.merge.MergeView;
import dev.epoch.api.merge.MergesResource;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.events.Actor;
import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.merge.ReplayService;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Reverts, cherry-picks, rebases and resets. What meets conflicts stays open on its branch, as a
 * merge does, until it is continued, skipped or aborted.
 */
@Path(ApiPaths.PREFIX + "/branches")
@Tag(name = "History")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ReplaysResource {
  private final ApiRequest request;
  private final Author author;

  ReplaysResource(ApiRequest request, Author author) {
    this.request = request;
    this.author = author;
  }

  @POST
  @Path("{name}/revert")
  @APIResponseSchema(CommitView.class)
  @Operation(
      summary = "Take commits back",
      description =
          "By a commit of its own each; what others changed since stays. Of a merge what it brought to its first parent. 202 with the open merge if no_commit is true.")
  public Response revert(@PathParam("name") String branch, @NotNull @Valid ReplayCommits body) {
    return answer(replay(branch, "revert", body));
  }

  @POST
  @Path("{name}/cherry-pick")
  @APIResponseSchema(CommitView.class)
  @Operation(
      summary = "Make the changes of commits again on a branch",
      description =
          "With their messages and authors, in the order given. 202 with the open merge if no_commit is true.")
  public Response cherryPick(@PathParam("name") String branch, @NotNull @Valid ReplayCommits body) {
    return answer(replay(branch, "cherry_pick", body));
  }

  @POST
  @Path("{name}/rebase")
  @Operation(
      summary = "Put the commits of a branch onto another commit",
      description =
          "Merges are left out, and commits of which nothing is left. Answers the new head.")
  public CommitView rebase(@PathParam("name") String name, @NotNull @Valid RebaseBranch body) {
    LiveRepository repository = request.repository();
    Merged merged =
        request
            .server()
            .replays()
            .replay(
                repository,
                new ReplayService.Request(
                    request.branchName(repository.state(), name),
                    "rebase",
                    List.of(body.onto()),
                    0,
                    body.strategy(),
                    null,
                    null,
                    null,
                    false,
                    false,
                    body.expectedHead(),
                    ConflictRules.settings(body.rules())),
                request.caller());
    MergesResource.refuseIfOpen(merged);
    return CommitView.of(merged.state(), merged.result());
  }

  @POST
  @Path("{name}/reset")
  @Operation(
      summary = "Move a branch to another commit, with its rows",
      description =
          "The head before, and uncommitted changes, stay in the log: a reset to them takes it back.")
  public ResetView reset(@PathParam("name") String name, @NotNull @Valid ResetBranch body) {
    LiveRepository repository = request.repository();
    String branch = request.branchName(repository.state(), name);
    ResetService.Moved moved =
        body.mode().equals("soft")
            ? request
                .server()
                .softResets()
                .soft(repository, branch, body.target(), body.expectedHead(), request.caller())
            : request
                .server()
                .resets()
                .hard(repository, branch, body.target(), body.expectedHead(), request.caller());
    return ResetView.of(branch, moved);
  }

  @POST
  @Path("merge/skip")
  @Operation(
      summary = "Leave out the commit that a revert, cherry-pick or rebase stopped at, and go on")
  public CommitView skip(@NotNull @Valid ContinueMerge body) {
    if (body.message() != null || body.authorName() != null || body.authorEmail() != null) {
      throw new InvalidRequestException(
          new FieldProblem("value_error", List.of("body"), "Takes a branch only", Map.of()));
    }
    LiveRepository repository = request.repository();
    Merged merged =
        request
            .server()
            .replays()
            .skip(
                repository,
                request.branchName(repository.state(), body.branch()),
                request.caller());
    MergesResource.refuseIfOpen(merged);
    return CommitView.of(merged.state(), merged.result());
  }

  private Merged replay(String name, String verb, ReplayCommits body) {
    if ((body.commit() == null) == (body.commits() == null)) {
      throw new InvalidRequestException(
          new FieldProblem(
              "value_error", List.of("body", "commit"), "Give either commit or commits", Map.of()));
    }
    LiveRepository repository = request.repository();
    boolean named = body.authorName() != null || body.authorEmail() != null;
    Actor given = named ? author.of(request, body.authorName(), body.authorEmail()) : null;
    Merged merged =
        request
            .server()
            .replays()
            .replay(
                repository,
                new ReplayService.Request(
                    request.branchName(repository.state(), name),
                    verb,
                    body.commit() == null ? body.commits() : List.of(body.commit()),
                    body.mainline() == null ? 0 : body.mainline(),
                    body.strategy(),
                    body.message(),
                    given,
                    body.liveChanges(),
                    Boolean.TRUE.equals(body.noCommit()),
                    Boolean.TRUE.equals(body.failOnConflict()),
                    body.expectedHead(),
                    ConflictRules.settings(body.rules()),
                    Boolean.TRUE.equals(body.allowDestructive())),
                request.caller());
    MergesResource.refuseIfOpen(merged);
    return merged;
  }

  private static Response answer(Merged merged) {
    return merged.result() == null
        ? Response.accepted(MergeView.of(merged, List.of())).build()
        : Response.ok(CommitView.of(merged.state(), merged.result())).build();
  }
}
