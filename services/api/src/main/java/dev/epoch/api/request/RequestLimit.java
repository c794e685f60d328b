package dev.epoch.api.request;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FailureMapping;
import dev.epoch.api.error.OverloadedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;

/**
 * Refuses what is asked beyond the number of requests that are worked on at a time, before more of
 * them is read than {@link SmallBodies}: what waits costs memory, and makes everyone wait longer.
 * No repository takes all of them: see {@link Shares}.
 *
 * <p>A request counts until the work on it has ended, also when its client has gone. Streams of
 * events last long and cost little; they are counted by themselves. Health is always answered.
 */
@Singleton
public class RequestLimit {
  private static final Set<String> STREAMS =
      Set.of(ApiPaths.PREFIX + "/events/stream", ApiPaths.PREFIX + "/changes/stream");

  private static final String PLACE = TakenPlace.class.getName();

  private static final Logger LOG = Logger.getLogger(RequestLimit.class);
  private static final long SAID_AGAIN_NANOS = Duration.ofSeconds(10).toNanos();

  private final AtomicLong said = new AtomicLong(System.nanoTime() - SAID_AGAIN_NANOS);
  private final Counted requests;
  private final Counted streams;

  RequestLimit(
      @ConfigProperty(name = "epoch.api.max-requests", defaultValue = "256") int requests,
      @ConfigProperty(name = "epoch.api.max-streams", defaultValue = "500") int streams) {
    this.requests = new Counted("requests", "EPOCH_API_MAX_REQUESTS", requests);
    this.streams = new Counted("streams of events", "EPOCH_API_MAX_STREAMS", streams);
  }

  private record Counted(String things, String setting, Shares places) {
    Counted(String things, String setting, int most) {
      this(things, setting, new Shares(most));
    }
  }

  /** The answer to a request too many; null for all others, which go on. */
  @ServerRequestFilter(preMatching = true, priority = 0)
  public Response admit(ResteasyReactiveContainerRequestContext request) {
    String path = request.getUriInfo().getPath();
    if (!path.startsWith(ApiPaths.PREFIX + "/")) {
      return null;
    }
    Counted counted = STREAMS.contains(path) ? streams : requests;
    String repository = request.getUriInfo().getQueryParameters().getFirst("repository");
    String who = repository == null ? "" : repository;
    Shares.Answer answer = counted.places().take(who);
    if (answer != Shares.Answer.TAKEN) {
      OverloadedException refusal = refusal(counted, answer);
      say(refusal);
      return FailureMapping.response(refusal);
    }
    TakenPlace place = new TakenPlace(counted.places(), who);
    request.getServerRequestContext().registerCompletionCallback(end -> place.giveBack());
    if (counted == streams && request.getServerRequestContext() instanceof ServerHttpRequest http) {
      http.unwrap(RoutingContext.class).put(PLACE, place);
    }
    return null;
  }

  /**
   * A stream has ended, in whatever way. Of one whose client has gone nobody else tells: its
   * subscription is cancelled, and the request is never completed.
   */
  public static void ended(RoutingContext stream) {
    TakenPlace place = stream == null ? null : stream.get(PLACE);
    if (place != null) {
      place.giveBack();
    }
  }

  private static OverloadedException refusal(Counted counted, Shares.Answer answer) {
    return new OverloadedException(
        (answer == Shares.Answer.FULL
                ? "The server works on %d %s already, as many as %s allows"
                : "This repository has its share of the %d %s at a time that %s allows")
            .formatted(counted.places().most(), counted.things(), counted.setting()));
  }

  /** Once in a while: a line for each refusal would be a load of its own. */
  private void say(OverloadedException refusal) {
    long last = said.get();
    long now = System.nanoTime();
    if (now - last >= SAID_AGAIN_NANOS && said.compareAndSet(last, now)) {
      LOG.warnf("Refused: %s", refusal.getMessage());
    }
  }
}
