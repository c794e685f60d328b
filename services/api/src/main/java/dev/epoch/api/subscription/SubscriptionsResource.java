package dev.epoch.api.subscription;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.event.EventFilter;
import dev.epoch.api.event.EventPage.EventView;
import dev.epoch.api.event.EventReading;
import dev.epoch.api.event.EventTail;
import dev.epoch.api.event.LogEvent;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.subscriptions.EventSubscriptions;
import dev.epoch.subscriptions.EventSubscriptions.Subscription;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.TimeoutException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Readers of events whose positions the server keeps: at least once, in order. */
@Path(ApiPaths.PREFIX + "/subscriptions")
@Tag(name = "Subscriptions")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SubscriptionsResource {
  private static final int USUAL_PAGE = 100;
  private static final int LARGEST_PAGE = 1000;
  private static final int LONGEST_WAIT = 30;

  private final ApiRequest request;
  private final EventTail tail;
  private final EventSubscriptions subscriptions;

  SubscriptionsResource(ApiRequest request, EventTail tail, EventSubscriptions subscriptions) {
    this.request = request;
    this.tail = tail;
    this.subscriptions = subscriptions;
  }

  @GET
  @Operation(summary = "List the subscriptions of the repository")
  public SubscriptionView.Listing list() {
    return new SubscriptionView.Listing(
        subscriptions.list(repository().name()).stream().map(SubscriptionView::of).toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = SubscriptionView.class, responseCode = "201")
  @Operation(
      summary = "Subscribe to events",
      description = "The server keeps the position: what is not acknowledged comes again.")
  public SubscriptionView create(@NotNull @Valid SubscriptionView.Create body) {
    LiveRepository repository = repository();
    if (body.from() != null && body.from() < 0) {
      throw new InvalidRequestException(
          FieldProblem.body("greater_than_equal", "from", "Should be 0 or more"));
    }
    Subscription added =
        new Subscription(
            repository.name(),
            body.name(),
            orEmpty(body.types()),
            orEmpty(body.branches()),
            orEmpty(body.tables()),
            body.from() == null ? repository.position() : Math.max(0, body.from() - 1),
            Instant.now(),
            request.actor().id());
    filter(added);
    if (!subscriptions.add(added)) {
      Subscription there =
          subscriptions
              .get(repository.name(), body.name())
              .orElseThrow(() -> notFound(body.name()));
      boolean same =
          request.idempotencyKey() != null
              && there.createdBy().equals(added.createdBy())
              && there.types().equals(added.types())
              && there.branches().equals(added.branches())
              && there.tables().equals(added.tables());
      if (!same) {
        throw new RequestRefusedException(
            ApiError.of(
                409,
                "SubscriptionAlreadyExistsError",
                "There is a subscription '" + body.name() + "' already",
                Map.of("subscription", body.name(), "remedy", "Read it, or choose another name")));
      }
      return SubscriptionView.of(there);
    }
    return SubscriptionView.of(
        subscriptions.get(repository.name(), body.name()).orElseThrow(() -> notFound(body.name())));
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a subscription")
  public SubscriptionView get(String name) {
    return SubscriptionView.of(found(repository(), name));
  }

  @DELETE
  @Path("{name}")
  @Operation(summary = "Delete a subscription")
  public void delete(String name) {
    if (!subscriptions.remove(repository().name(), name)) {
      throw notFound(name);
    }
  }

  @GET
  @Path("{name}/next")
  @Operation(
      summary = "Events that are not acknowledged, in order",
      description = "The same ones until they are acknowledged.")
  public SubscriptionView.Next next(
      String name,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "Seconds to wait for an event if there is none, up to 30")
          @QueryParam("wait")
          Integer wait) {
    int size = within("limit", limit == null ? USUAL_PAGE : limit, 1, LARGEST_PAGE);
    int seconds = within("wait", wait == null ? 0 : wait, 0, LONGEST_WAIT);
    LiveRepository repository = repository();
    Subscription subscription = found(repository, name);
    List<EventView> events = read(repository, subscription, size);
    if (events.isEmpty() && seconds > 0 && await(repository, subscription, seconds)) {
      events = read(repository, found(repository, name), size);
    }
    return new SubscriptionView.Next(events, events.isEmpty() ? null : events.getLast().position());
  }

  @POST
  @Path("{name}/acknowledge")
  @Operation(
      summary = "Acknowledge events",
      description = "All up to the position are done. It does not go back.")
  public SubscriptionView acknowledge(
      String name, @NotNull @Valid SubscriptionView.Acknowledge body) {
    LiveRepository repository = repository();
    long most = repository.position();
    if (body.position() < 0 || body.position() > most) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "less_than_equal",
              "position",
              "Should be from 0 to " + most + ", where the log ends"));
    }
    return SubscriptionView.of(
        subscriptions
            .acknowledge(repository.name(), name, body.position())
            .orElseThrow(() -> notFound(name)));
  }

  /** What is not for the subscription is passed over for good, so that nobody reads it again. */
  private List<EventView> read(LiveRepository repository, Subscription subscription, int size) {
    EventFilter filter = filter(subscription);
    EventReading reading = EventReading.of(repository);
    List<EventView> events = new ArrayList<>();
    long[] passed = {subscription.position()};
    request
        .server()
        .log()
        .read(EventLog.ALL, subscription.position())
        .map(stored ->
            new Seen(stored, reading.next(stored).filter(filter::wants).map(LogEvent::view)))
        .invoke(seen -> {
          if (events.isEmpty() && seen.view().isEmpty()) {
            passed[0] = seen.stored().position();
          }
          seen.view().ifPresent(events::add);
        })
        .select()
        .first(_ -> events.size() < size)
        .collect()
        .last()
        .await()
        .indefinitely();
    if (passed[0] > subscription.position()) {
      subscriptions.pass(subscription, passed[0]);
    }
    return events;
  }

  private record Seen(StoredRecord stored, Optional<EventView> view) {}

  private boolean await(LiveRepository repository, Subscription subscription, int seconds) {
    Subscription now = found(repository, subscription.name());
    try {
      tail.events(repository, now.position(), filter(now))
          .select()
          .first()
          .toUni()
          .await()
          .atMost(Duration.ofSeconds(seconds));
      return true;
    } catch (TimeoutException nothing) {
      return false;
    }
  }

  private static EventFilter filter(Subscription subscription) {
    return EventFilter.of(subscription.types(), subscription.branches(), subscription.tables());
  }

  private LiveRepository repository() {
    request.state();
    return request.repository();
  }

  private Subscription found(LiveRepository repository, String name) {
    return subscriptions.get(repository.name(), name).orElseThrow(() -> notFound(name));
  }

  private static RequestRefusedException notFound(String name) {
    return new RequestRefusedException(
        ApiError.of(
            404,
            "SubscriptionNotFoundError",
            "There is no subscription '" + name + "' in this repository",
            Map.of("subscription", name, "remedy", "GET /subscriptions lists them")));
  }

  private static int within(String name, int value, int least, int greatest) {
    if (value < least || value > greatest) {
      throw new InvalidRequestException(
          FieldProblem.query(
              value < least ? "greater_than_equal" : "less_than_equal",
              name,
              "Should be from " + least + " to " + greatest));
    }
    return value;
  }

  private static List<String> orEmpty(List<String> list) {
    return list == null ? List.of() : list;
  }
}
