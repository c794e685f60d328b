package dev.epoch.api.validation;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Reads commits anew. */
@Path(ApiPaths.PREFIX + "/validation")
@Tag(name = "Commits")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ValidationResource {
  private final ApiRequest request;

  ValidationResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(
      summary = "Read a commit and compare its hashes",
      description =
          "All rows are read and hashed, so it takes as long as that takes. It changes nothing, and what it finds is no error: look at valid.")
  public ValidationView validate(
      @Parameter(description = "The head of the actor's branch unless given") @QueryParam("ref")
          String ref,
      @Parameter(description = "Names of tables, with commas between; all unless given")
          @QueryParam("tables")
          String tables) {
    RepositoryState state = request.state();
    String wanted = ref == null || ref.isEmpty() ? "HEAD" : ref;
    CommitState commit = request.references(state).commit(wanted);
    return ValidationView.of(
        request.server().validations().validate(state, commit, wanted, names(tables)));
  }

  private static List<String> names(String tables) {
    return tables == null || tables.isBlank()
        ? List.of()
        : Arrays.stream(tables.split(",")).map(String::strip).toList();
  }
}
