package dev.epoch.api.branch;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.NotReadyException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Pages;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.projections.Projections;
import dev.epoch.projections.reflog.Reflog;
import dev.epoch.projections.reflog.ReflogProjector;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Where branches have been. */
@Path(ApiPaths.PREFIX + "/reflog")
@Tag(name = "Branches")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ReflogResource {
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final ApiRequest request;
  private final Projections projections;
  private final Reflog reflog;

  ReflogResource(ApiRequest request, Projections projections, Reflog reflog) {
    this.request = request;
    this.projections = projections;
    this.reflog = reflog;
  }

  @GET
  @Operation(
      summary = "Every move of a branch's head, the latest first",
      description = "A branch that was deleted is found by its last name.")
  public ReflogView get(
      @Parameter(description = "Of all branches unless given") @QueryParam("branch") String branch,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "next of the page before") @QueryParam("after") String after) {
    int size = Pages.limit(limit);
    long before = before(after);
    RepositoryState state = request.state();
    LiveRepository repository = request.repository();
    if (!projections.await(ReflogProjector.NAME, repository.position(), LONGEST)) {
      throw new NotReadyException(
          "The reflog has not come as far as the log; GET /admin/projections tells why");
    }
    List<String> branches = branch == null ? null : branches(state, branch);
    return ReflogView.of(
        state, reflog.entries(state.name(), branches, before, size + 1, LONGEST), size);
  }

  private static long before(String after) {
    try {
      return after == null || after.isEmpty() ? Long.MAX_VALUE : Long.parseLong(after);
    } catch (NumberFormatException notANumber) {
      throw new InvalidRequestException(
          FieldProblem.query("int_parsing", "after", "Should be next of the page before"));
    }
  }

  private List<String> branches(RepositoryState state, String name) {
    Optional<BranchState> now =
        name.equals("HEAD") ? Optional.of(request.branch(state, null)) : state.branch(name);
    List<String> found =
        now.map(branch -> List.of(branch.id()))
            .orElseGet(() -> reflog.branches(state.name(), name, LONGEST));
    if (found.isEmpty()) {
      throw new RefusedException(
          Code.BRANCH_NOT_FOUND,
          "There is no branch '" + name + "', and there was none of this name",
          Map.of("branch", name));
    }
    return found;
  }
}
