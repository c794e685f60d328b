package dev.epoch.api.admin;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.branch.TimeToLive;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.branch.MergedBranches;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Takes back what deleted branches and removed tables left behind. */
@Path(ApiPaths.PREFIX + "/admin/cleanup")
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CleanupResource {
  private static final String USUAL = "7d";

  private final ApiRequest request;

  CleanupResource(ApiRequest request) {
    this.request = request;
  }

  /**
   * @param dryRun whether only to tell
   * @param merged whether branches that the default branch has all commits of are deleted first
   * @param olderThan with merged: only those whose last commit is so old, such as 7d; 7d if not
   *     given
   */
  @Schema(name = "Cleanup")
  public record Cleanup(boolean dryRun, Boolean merged, String olderThan) {}

  /**
   * @param deleted names of merged branches that were deleted, or would be
   * @param kept by name, why a merged branch could not be deleted
   * @param branches ids of deleted branches whose rows are gone, or would be
   * @param branchNames of those of them that are known, by id
   * @param tables names of removed tables of which nothing is kept any more, or would be
   * @param unreached names of storages whose databases could not be reached; what is there stays
   *     until the next time
   */
  public record Cleaned(
      String repository,
      boolean dryRun,
      List<String> deleted,
      Map<String, String> kept,
      List<String> branches,
      Map<String, String> branchNames,
      List<String> tables,
      List<String> unreached) {}

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary =
          "Drop the rows of deleted branches and removed tables that no commit of a branch refers to",
      description = "Commits that no branch reaches cannot be read afterwards.")
  public Cleaned clean(@QueryParam("repository") String repository, Cleanup body) {
    LiveRepository live = request.repository(repository);
    boolean dryRun = body != null && body.dryRun();
    MergedBranches.Deleted merged = merged(live, body, dryRun);
    CleanupService.Cleaned cleaned = request.server().cleanups().cleanup(live, dryRun);
    return new Cleaned(
        live.name(),
        dryRun,
        merged.deleted(),
        merged.kept(),
        cleaned.branches(),
        cleaned.names(),
        cleaned.tables(),
        cleaned.unreached());
  }

  private MergedBranches.Deleted merged(LiveRepository live, Cleanup body, boolean dryRun) {
    if (body == null || !Boolean.TRUE.equals(body.merged())) {
      if (body != null && body.olderThan() != null) {
        throw new InvalidRequestException(
            FieldProblem.body("value_error", "older_than", "Goes with merged"));
      }
      return new MergedBranches.Deleted(List.of(), Map.of());
    }
    Instant before =
        TimeToLive.ago(Instant.now(), body.olderThan() == null ? USUAL : body.olderThan());
    return new MergedBranches(request.server().branches())
        .delete(live, before, dryRun, request.caller());
  }
}
