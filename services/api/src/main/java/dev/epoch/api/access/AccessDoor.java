package dev.epoch.api.access;

import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.repository.RepositoriesResource;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Need;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;

/**
 * Decides on the way in whether whoever asks may have the operation at all. Which branch and which
 * tables, the engine decides in the turn of the command.
 */
@Singleton
public class AccessDoor {
  private static final String DATABASE = "db_id";
  private static final String OF_API = "dev.epoch.api.";

  private final ApiRequest request;
  private final Operations operations = Operations.read();

  AccessDoor(ApiRequest request) {
    this.request = request;
  }

  /** Before the body is read. */
  @ServerRequestFilter(priority = 100)
  public void look(ContainerRequestContext context, SimpleResourceInfo resource) {
    Optional<Need> need =
        operations.of(
            resource.getResourceClass(),
            resource.getMethodName(),
            context.getMethod().equals("GET") || context.getMethod().equals("HEAD"));
    if (need.isEmpty()) {
      throw new RequestRefusedException(
          ApiError.of(
              403,
              "PermissionDeniedError",
              "Nobody has said who may do this",
              Map.of("remedy", "Tell the makers of this server")));
    }
    request.admit(need.get());
    MultivaluedMap<String, String> path = context.getUriInfo().getPathParameters();
    if (path.containsKey(DATABASE)) {
      request.admitIn(path.getFirst(DATABASE));
    } else if (resource.getResourceClass() == RepositoriesResource.class) {
      request.admitIn(path.getFirst("name"));
    } else if (resource.getResourceClass().getName().startsWith(OF_API)) {
      request.admitIn(context.getUriInfo().getQueryParameters().getFirst("repository"));
    }
  }
}
