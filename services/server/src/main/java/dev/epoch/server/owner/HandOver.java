package dev.epoch.server.owner;

import dev.epoch.api.ServerStatus;
import dev.epoch.api.error.ApiError;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.Owner;
import dev.epoch.server.http.Refusals;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Sends commands to the server that owns their repository, and lets reads wait until this one has
 * what their caller has seen.
 *
 * <pre>
 *   command --> owned here?  yes --> the API
 *                            no  --> handed over before?  no --> to its owner, and the answer back
 *                                                         yes, or nobody owns it --> wait a moment, else 503
 *   read    --> position that the caller has seen is there? --> the API
 * </pre>
 */
@ApplicationScoped
public class HandOver {
  /** Tells that a server has sent the request on, by its id: that happens once. */
  static final String HANDED_OVER = "X-Epoch-Handed-Over";

  private static final String MINIMUM_POSITION = "X-Epoch-Min-Position";

  /** After the request was let in, its size checked and its path made the API's. */
  private static final int ORDER = 9_000;

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 50;

  private final VersioningServer server;
  private final ServerStatus status;
  private final OwnerClient client;

  HandOver(VersioningServer server, ServerStatus status, OwnerClient client) {
    this.server = server;
    this.status = status;
    this.client = client;
  }

  void register(@Observes Filters filters) {
    filters.register(this::look, ORDER);
  }

  private void look(RoutingContext context) {
    if (!RequestedRepository.isOfApi(context) || !status.started()) {
      context.next();
      return;
    }
    Optional<String> repository = RequestedRepository.of(context, server.repositories());
    if (repository.filter(this::isOwnedHere).isPresent()) {
      context.next();
    } else {
      afterPosition(context, repository.isPresent(), () -> route(context));
    }
  }

  private void route(RoutingContext context) {
    Optional<String> repository = RequestedRepository.of(context, server.repositories());
    if (repository.isPresent() && RequestedRepository.isForOwner(context)) {
      toOwner(context, repository.get(), System.nanoTime() + LONGEST_WAIT.toNanos());
    } else {
      context.next();
    }
  }

  private boolean isOwnedHere(String repository) {
    try {
      return server.repositories().get(repository).decides();
    } catch (RefusedException unknown) {
      return false;
    }
  }

  private boolean isKnown(String repository) {
    return server.repositories().list().stream()
        .map(LiveRepository::name)
        .anyMatch(repository::equals);
  }

  private void toOwner(RoutingContext context, String repository, long until) {
    if (isOwnedHere(repository) || !isKnown(repository)) {
      context.next();
      return;
    }
    Optional<Owner> owner = server.ownership().other(repository);
    if (owner.isPresent() && !context.request().headers().contains(HANDED_OVER)) {
      client.send(context, repository, owner.get());
      return;
    }
    if (System.nanoTime() > until) {
      refuse(context, notNow(repository));
      return;
    }
    server.ownership().lookAgain();
    context.vertx().setTimer(LOOK_MILLIS, _ -> toOwner(context, repository, until));
  }

  /**
   * Goes on when this server has what the caller has seen; where the repository is not known, what
   * the log has: another server may have created it a moment ago.
   */
  private void afterPosition(RoutingContext context, boolean isKnown, Runnable next) {
    String given = context.request().getHeader(MINIMUM_POSITION);
    boolean asks = given != null && given.strip().matches("\\d{1,18}");
    if (!asks && isKnown) {
      next.run();
      return;
    }
    Uni<Long> wanted =
        asks ? Uni.createFrom().item(Long.parseLong(given.strip())) : server.log().end();
    // answers come from threads of nobody
    Context here = context.vertx().getOrCreateContext();
    wanted
        .chain(position -> server.repositories().followed().upTo(position))
        .ifNoItem()
        .after(LONGEST_WAIT)
        .fail()
        .subscribe()
        .with(
            _ -> here.runOnContext(_ -> next.run()),
            _ ->
                here.runOnContext(_ ->
                    refuse(context, notReady("This server does not know yet what was asked for"))));
  }

  static void refuse(RoutingContext context, ApiError error) {
    if (!context.response().ended() && !context.response().headWritten()) {
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      Refusals.send(context, error);
    }
  }

  private static ApiError notNow(String repository) {
    return notReady("Repository '" + repository + "' is being taken over by a server");
  }

  private static ApiError notReady(String message) {
    return ApiError.of(
        503, "NotReadyError", message, Map.of("remedy", "Ask again; nothing was done"));
  }
}
