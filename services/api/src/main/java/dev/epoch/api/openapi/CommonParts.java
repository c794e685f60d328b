package dev.epoch.api.openapi;

import dev.epoch.api.ApiPaths;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * Adds to every operation what all of them share: how the repository and the actor are named, and
 * the failures that can happen anywhere.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class CommonParts implements OASFilter {

  /** A failure, and the operations that it can happen to. */
  private record Failure(String status, String name, String description, boolean commandsOnly) {}

  private static final List<Failure> FAILURES =
      List.of(
          new Failure("400", "BadRequest", "BadRequestError: the request is malformed", false),
          new Failure(
              "401",
              "Unauthorized",
              "UnauthorizedError: an API key or a token is needed, or this one is not accepted",
              false),
          new Failure(
              "403",
              "Forbidden",
              "PermissionDeniedError: no role gives it, or the key is not for it; of commands also BranchProtectedError, and CrossSiteRequestError: send JSON, or the header X-Epoch-Request",
              false),
          new Failure(
              "404",
              "NotFound",
              "RepositoryNotInitializedError, BranchNotFoundError, CommitNotFoundError, TableNotFoundError, RecordNotFoundError, StorageNotFoundError, ConflictNotFoundError, ApiKeyNotFoundError, RoleNotFoundError, or NotFoundError for an unknown path",
              false),
          new Failure(
              "405",
              "MethodNotAllowed",
              "MethodNotAllowedError: details.allowed has others",
              false),
          new Failure(
              "406", "NotAcceptable", "NotAcceptableError: not available in that form", false),
          new Failure(
              "409",
              "Conflict",
              "What is there does not allow it: RepositoryAlreadyExistsError, StorageAlreadyExistsError, StorageInUseError, ApiKeyAlreadyExistsError, ApiKeyInUseError, RoleAlreadyExistsError, RoleInUseError, TableAlreadyExistsError, TableOwnedError, BranchAlreadyExistsError, BranchNotMergedError, BranchInUseError, BranchBusyError, HeadMovedError, UncommittedChangesError, MergeInProgressError, NoMergeInProgressError, MergeConflictError, NotFastForwardError, SchemaChangedError, CaptureOffError, ConstraintViolationError, and OperationFailedError: it was undone, send it again with another Idempotency-Key",
              true),
          new Failure("410", "Gone", "HistoryPrunedError: retention removed that state", false),
          new Failure(
              "413", "PayloadTooLarge", "PayloadTooLargeError: the body passes the limit", true),
          new Failure("414", "UriTooLong", "UriTooLongError: the URI passes the limit", false),
          new Failure("415", "UnsupportedMediaType", "UnsupportedMediaTypeError: send JSON", true),
          new Failure(
              "422",
              "Unprocessable",
              "ValidationError (detail names the fields), NothingToCommitError, WriteRefusedError, QueryRefusedError, NoPrimaryKeyError, NotVersionableError, PrivilegeError, IdempotencyKeyReusedError",
              false),
          new Failure(
              "429",
              "TooManyRequests",
              "RateLimitError: try again after Retry-After seconds",
              false),
          new Failure(
              "500",
              "Internal",
              "InternalError: the id is in the server's log too; StorageError",
              false),
          new Failure(
              "503",
              "Unavailable",
              "Try again after Retry-After seconds: OverloadedError, ConnectionFailedError, StorageBusyError, NotReadyError, and OperationInDoubtError, after which the same Idempotency-Key tells the outcome",
              false),
          new Failure("504", "Timeout", "QueryTimeoutError: the statement ran too long", false));

  @Override
  public void filterOpenAPI(OpenAPI document) {
    Components components =
        document.getComponents() == null ? OASFactory.createComponents() : document.getComponents();
    document.setComponents(components);
    FAILURES.forEach(failure -> components.addResponse(failure.name(), response(failure)));
    parameters().forEach(components::addParameter);
    document
        .getPaths()
        .getPathItems()
        .forEach((path, item) -> {
          if (path.startsWith(ApiPaths.PREFIX)) {
            item.getOperations().forEach((method, operation) -> complete(path, method, operation));
          }
        });
  }

  private static void complete(String path, PathItem.HttpMethod method, Operation operation) {
    boolean command = method != PathItem.HttpMethod.GET;
    operation.addParameter(reference("Actor"));
    boolean namesRepository =
        operation.getParameters().stream().anyMatch(p -> "repository".equals(p.getName()));
    if (!namesRepository && !path.equals(ApiPaths.PREFIX + "/repositories")) {
      operation.addParameter(reference("Repository"));
    }
    operation.addParameter(reference(command ? "IdempotencyKey" : "MinimumPosition"));
    for (Failure failure : FAILURES) {
      if ((command || !failure.commandsOnly())
          && operation.getResponses().getAPIResponse(failure.status()) == null) {
        operation
            .getResponses()
            .addAPIResponse(
                failure.status(),
                OASFactory.createAPIResponse().ref("#/components/responses/" + failure.name()));
      }
    }
  }

  private static APIResponse response(Failure failure) {
    return OASFactory.createAPIResponse()
        .description(failure.description())
        .content(
            OASFactory.createContent()
                .addMediaType(
                    "application/json",
                    OASFactory.createMediaType()
                        .schema(OASFactory.createSchema().ref("#/components/schemas/Error"))));
  }

  private static Map<String, Parameter> parameters() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    parameters.put(
        "Repository",
        parameter(
            "repository",
            Parameter.In.QUERY,
            "The repository; the one that whoever asks opened last, or the only one, if none is named"));
    parameters.put(
        "Actor",
        parameter(
            "X-User-Id",
            Parameter.In.HEADER,
            "Who asks, if the key may act for others or none is sent; X-User-Name and X-User-Email beside it. What is not ASCII is percent-encoded"));
    parameters.put(
        "IdempotencyKey",
        parameter(
            "Idempotency-Key",
            Parameter.In.HEADER,
            "A command sent again with its key is done once and answered alike"));
    parameters.put(
        "MinimumPosition",
        parameter(
            "X-Epoch-Min-Position",
            Parameter.In.HEADER,
            "Wait until the answer includes this position of the log, as X-Epoch-Position told it"));
    return parameters;
  }

  private static Parameter parameter(String name, Parameter.In in, String description) {
    return OASFactory.createParameter()
        .name(name)
        .in(in)
        .description(description)
        .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING));
  }

  private static Parameter reference(String name) {
    return OASFactory.createParameter().ref("#/components/parameters/" + name);
  }
}
