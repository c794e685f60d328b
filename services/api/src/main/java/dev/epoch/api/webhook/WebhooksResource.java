package dev.epoch.api.webhook;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.webhooks.Delivery;
import dev.epoch.webhooks.InvalidWebhookException;
import dev.epoch.webhooks.Webhook;
import dev.epoch.webhooks.Webhooks;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Webhooks: events of a repository that are sent to URLs. */
@Path(ApiPaths.PREFIX + "/webhooks")
@Tag(name = "Webhooks")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class WebhooksResource {
  private static final int USUAL_OVERLAP = 24;
  private static final int LONGEST_OVERLAP = 168;
  private static final int USUAL_PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

  private final ApiRequest request;
  private final Webhooks webhooks;

  WebhooksResource(ApiRequest request, Webhooks webhooks) {
    this.request = request;
    this.webhooks = webhooks;
  }

  @GET
  @Operation(summary = "List the webhooks of the repository")
  public WebhookView.Listing list() {
    return new WebhookView.Listing(
        webhooks.list(repository()).stream().map(WebhookView::of).toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = WebhookView.WithSecret.class, responseCode = "201")
  @Operation(
      summary = "Have events sent to a URL",
      description =
          "Requests are signed as Standard Webhooks says; the answer is the only one that tells the secret. Events of a branch come in order, each at least once, with the same webhook-id in every attempt.")
  public WebhookView.WithSecret create(@NotNull @Valid WebhookRequests.Create body) {
    String repository = repository();
    Webhooks.Wanted wanted =
        new Webhooks.Wanted(
            body.url(),
            orEmpty(body.events()),
            orEmpty(body.branches()),
            orEmpty(body.tables()),
            orNull(body.description()),
            !Boolean.FALSE.equals(body.active()));
    Webhooks.WithSecret made =
        checked(() ->
                webhooks.create(
                    repository,
                    wanted,
                    body.secret(),
                    request.actor().id(),
                    request.idempotencyKey()))
            .orElseThrow(() ->
                new RequestRefusedException(
                    ApiError.of(
                        409,
                        "TooManyWebhooksError",
                        "The repository has "
                            + Webhooks.MOST_OF_REPOSITORY
                            + " webhooks, and no more",
                        Map.of("remedy", "Delete one that nobody needs: epoch webhook list"))));
    boolean same =
        made.webhook().url().equals(wanted.url())
            && made.webhook().createdBy().equals(request.actor().id());
    if (!same) {
      throw new RequestRefusedException(
          ApiError.of(
              422,
              "IdempotencyKeyReusedError",
              "The idempotency key belongs to another request",
              Map.of("remedy", "Send it with a key of its own")));
    }
    return WebhookView.WithSecret.of(made);
  }

  @GET
  @Path("{id}")
  @Operation(summary = "Get a webhook")
  public WebhookView get(String id) {
    return WebhookView.of(found(webhooks.get(repository(), id), id));
  }

  @PATCH
  @Path("{id}")
  @Operation(summary = "Change a webhook", description = "What is left out stays.")
  public WebhookView change(String id, @NotNull @Valid WebhookRequests.Change body) {
    String repository = repository();
    Webhook before = found(webhooks.get(repository, id), id);
    Webhooks.Wanted wanted =
        new Webhooks.Wanted(
            Objects.requireNonNullElse(body.url(), before.url()),
            Objects.requireNonNullElse(body.events(), before.events()),
            Objects.requireNonNullElse(body.branches(), before.branches()),
            Objects.requireNonNullElse(body.tables(), before.tables()),
            body.description() == null ? before.description() : orNull(body.description()),
            Objects.requireNonNullElse(body.active(), before.active()));
    return WebhookView.of(found(checked(() -> webhooks.update(repository, id, wanted)), id));
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Delete a webhook", description = "What waits is not sent any more.")
  public void delete(String id) {
    if (!webhooks.delete(repository(), id)) {
      throw notFound(id);
    }
  }

  @POST
  @Path("{id}/rotate")
  @Operation(
      summary = "Give a webhook another secret",
      description = "Requests are signed with both for a while.")
  public WebhookView.WithSecret rotate(String id, @NotNull @Valid WebhookRequests.Rotate body) {
    String repository = repository();
    int hours = Objects.requireNonNullElse(body.overlapHours(), USUAL_OVERLAP);
    if (hours < 0 || hours > LONGEST_OVERLAP) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "less_than_equal", "overlap_hours", "Should be from 0 to " + LONGEST_OVERLAP));
    }
    return WebhookView.WithSecret.of(
        found(
            checked(() ->
                webhooks.rotate(
                    repository,
                    id,
                    body.secret(),
                    Duration.ofHours(hours),
                    request.idempotencyKey())),
            id));
  }

  @POST
  @Path("{id}/test")
  @Operation(
      summary = "Send a test",
      description =
          "One attempt, at once, also if the webhook is not active. What came of it is the answer.")
  public DeliveryView test(String id) {
    return DeliveryView.of(found(webhooks.test(repository(), id), id));
  }

  @GET
  @Path("{id}/deliveries")
  @Operation(summary = "List deliveries, newest first")
  public DeliveryView.Page deliveries(
      String id,
      @Parameter(description = "pending, delivered, failed or dead; several joined by commas")
          @QueryParam("state")
          String state,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "next of the page before") @QueryParam("after") Long after) {
    int size = limit(limit);
    List<Delivery> found =
        found(webhooks.deliveries(repository(), id, after, states(state), size + 1), id);
    boolean more = found.size() > size;
    List<Delivery> page = more ? found.subList(0, size) : found;
    return new DeliveryView.Page(
        page.stream().map(DeliveryView::of).toList(),
        more ? Long.toString(page.getLast().id()) : null);
  }

  @GET
  @Path("{id}/deliveries/{delivery}")
  @Operation(summary = "Get a delivery, with the request and all attempts")
  public DeliveryView delivery(String id, String delivery) {
    Webhook webhook = found(webhooks.get(repository(), id), id);
    Delivery found =
        number(delivery)
            .flatMap(number -> webhooks.delivery(repository(), id, number))
            .orElseThrow(() -> noDelivery(delivery));
    return DeliveryView.of(
        found,
        new DeliveryView.Request(
            webhook.url(),
            Map.of("Content-Type", "application/json", "webhook-id", found.eventId().toString()),
            found.payload()));
  }

  @POST
  @Path("{id}/deliveries/{delivery}/redeliver")
  @Operation(summary = "Send a delivery again, at once")
  public DeliveryView redeliver(String id, String delivery) {
    String repository = repository();
    found(webhooks.get(repository, id), id);
    long number = number(delivery).orElseThrow(() -> noDelivery(delivery));
    if (!webhooks.redeliver(repository, id, number)) {
      throw noDelivery(delivery);
    }
    return DeliveryView.of(
        webhooks.delivery(repository, id, number).orElseThrow(() -> noDelivery(delivery)));
  }

  @POST
  @Path("{id}/redeliver")
  @Operation(
      summary = "Send several deliveries again, at once",
      description =
          "Those that are dead; or, with from, every event of the log from there on that the webhook asks for, also events that it was never sent.")
  public WebhookView.Redelivered redeliver(String id, WebhookRequests.Redeliver body) {
    LiveRepository repository = request.repository();
    request.server();
    if (body == null || body.from() == null && body.to() == null) {
      return new WebhookView.Redelivered(found(webhooks.redeliverDead(repository.name(), id), id));
    }
    long from = body.from() == null ? 1 : body.from();
    long to = body.to() == null ? repository.position() : body.to();
    if (from < 1 || to < from) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "from", "Should be 1 or more, and not above to"));
    }
    return new WebhookView.Redelivered(
        found(webhooks.redeliver(repository.name(), repository.stream(), id, from, to), id));
  }

  private String repository() {
    request.server();
    return request.repository().name();
  }

  private static List<Delivery.State> states(String state) {
    if (state == null || state.isEmpty()) {
      return null;
    }
    List<Delivery.State> states = new ArrayList<>();
    for (String name : state.split(",")) {
      try {
        states.add(Delivery.State.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException unknown) {
        throw new InvalidRequestException(
            FieldProblem.query("enum", "state", "Should be pending, delivered, failed or dead"));
      }
    }
    return states;
  }

  private static int limit(Integer given) {
    int limit = given == null ? USUAL_PAGE : given;
    if (limit < 1 || limit > LARGEST_PAGE) {
      throw new InvalidRequestException(
          FieldProblem.query(
              limit < 1 ? "greater_than_equal" : "less_than_equal",
              "limit",
              "Should be from 1 to " + LARGEST_PAGE));
    }
    return limit;
  }

  private static Optional<Long> number(String delivery) {
    try {
      return Optional.of(Long.parseLong(delivery));
    } catch (NumberFormatException none) {
      return Optional.empty();
    }
  }

  private static <T> T checked(Supplier<T> change) {
    try {
      return change.get();
    } catch (InvalidWebhookException wrong) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", wrong.field(), wrong.getMessage()));
    }
  }

  private static <T> T found(Optional<T> found, String id) {
    return found.orElseThrow(() -> notFound(id));
  }

  private static RequestRefusedException notFound(String id) {
    return new RequestRefusedException(
        ApiError.of(
            404,
            "WebhookNotFoundError",
            "There is no webhook '" + id + "' in this repository",
            Map.of("webhook", id, "remedy", "epoch webhook list")));
  }

  private static RequestRefusedException noDelivery(String id) {
    return new RequestRefusedException(
        ApiError.of(
            404,
            "DeliveryNotFoundError",
            "There is no delivery '" + id + "' of this webhook that can be shown or sent again",
            Map.of("delivery", id, "remedy", "epoch webhook deliveries")));
  }

  private static List<String> orEmpty(List<String> list) {
    return list == null ? List.of() : list;
  }

  private static String orNull(String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
