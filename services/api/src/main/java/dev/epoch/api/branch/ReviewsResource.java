package dev.epoch.api.branch;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.branch.ProtectionView.ReviewView;
import dev.epoch.api.branch.ProtectionView.Reviews;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.Review;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.StepResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Reviews of what is to be merged. */
@Path(ApiPaths.PREFIX + "/branches")
@Tag(name = "Branches")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ReviewsResource {
  private final ApiRequest request;

  ReviewsResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Path("{name}/reviews")
  @Operation(summary = "What was said about a branch, and whether it is about its head")
  public Reviews reviews(@PathParam("name") String name) {
    RepositoryState state = request.state();
    return reviews(state, References.branch(state, request.branchName(state, name)));
  }

  @POST
  @Path("{name}/reviews")
  @ResponseStatus(201)
  @APIResponseSchema(value = Reviews.class, responseCode = "201")
  @Operation(
      summary = "Approve or reject the head of a branch",
      description =
          "Bound to the commit: when the branch moves on, it counts no more. The writers of a commit do not approve it. A later review of the same reviewer takes the place of an earlier one.")
  public Reviews review(@PathParam("name") String name, @NotNull @Valid ReviewBranch body) {
    LiveRepository repository = request.repository();
    String branch = request.branchName(repository.state(), name);
    StepResult reviewed =
        request
            .server()
            .branches()
            .review(
                repository,
                branch,
                body.commit(),
                body.verdict(),
                body.comment(),
                request.caller());
    return reviews(reviewed.state(), References.branch(reviewed.state(), branch));
  }

  private static Reviews reviews(RepositoryState state, BranchState branch) {
    List<Review> all =
        state.branches().reviewsOf(branch.id()).values().stream()
            .sorted(Comparator.comparing(Review::time).reversed())
            .toList();
    return new Reviews(
        branch.name(),
        branch.head(),
        all.stream()
            .filter(review -> review.approves() && review.commit().equals(branch.head()))
            .count(),
        all.stream()
            .map(review ->
                new ReviewView(
                    review.actor().id(),
                    review.actor().name(),
                    review.commit(),
                    review.verdict(),
                    review.comment(),
                    review.time(),
                    review.commit().equals(branch.head())))
            .toList());
  }
}
