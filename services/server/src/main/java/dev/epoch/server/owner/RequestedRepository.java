package dev.epoch.server.owner;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.Requester;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.Repositories;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which repository a request is about, and whether its owner has to answer it. */
final class RequestedRepository {
  private static final Set<HttpMethod> CHANGING =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

  /** What belongs to no repository's owner: tables that all servers share, and reads. */
  private static final List<String> ANYWHERE =
      List.of(
          "/auth/", "/webhooks/", "/hooks/", "/subscriptions/", "/query/", "/admin/projections/");

  /** Short ways below {@code /repositories}, which are no names. */
  private static final Set<String> SHORT_WAYS = Set.of("status", "tables", "storage");

  private RequestedRepository() {}

  static boolean isOfApi(RoutingContext context) {
    return context.request().path().startsWith(ApiPaths.PREFIX + "/") || ofCatalog(context) != null;
  }

  /** The database of the catalog that a request names, empty for all of them; else null. */
  private static String ofCatalog(RoutingContext context) {
    String[] path = context.request().path().split("/");
    return path.length > 1 && path[1].equals("databases") ? path.length > 2 ? path[2] : "" : null;
  }

  /** Whether the owner alone can answer it. */
  static boolean isForOwner(RoutingContext context) {
    String database = ofCatalog(context);
    if (database != null) {
      return CHANGING.contains(context.request().method()) && !database.isEmpty();
    }
    String path = context.request().path().substring(ApiPaths.PREFIX.length()) + "/";
    return CHANGING.contains(context.request().method())
        && ANYWHERE.stream().noneMatch(path::startsWith)
        && !path.equals("/repositories/")
        && (!path.equals("/admin/rebuild/") || context.queryParams().contains("repository"));
  }

  /** Empty if there is no such repository: what to say about that is for the resource. */
  static Optional<String> of(RoutingContext context, Repositories repositories) {
    String database = ofCatalog(context);
    if (database != null) {
      return database.isEmpty()
          ? Optional.empty()
          : Optional.of(URLDecoder.decode(database.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    String[] path = context.request().path().substring(ApiPaths.PREFIX.length() + 1).split("/");
    if (path.length > 1 && path[0].equals("repositories") && !SHORT_WAYS.contains(path[1])) {
      return Optional.of(URLDecoder.decode(path[1].replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    String named = context.queryParams().get("repository");
    try {
      return named != null && !named.isEmpty()
          ? Optional.of(repositories.get(named).name())
          : Optional.of(repositories.current(Requester.of(context).actor().id()).name());
    } catch (RefusedException saidLater) {
      return Optional.empty();
    }
  }
}
