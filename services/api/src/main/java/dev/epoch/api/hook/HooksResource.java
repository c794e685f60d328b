package dev.epoch.api.hook;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.webhooks.InvalidWebhookException;
import dev.epoch.webhooks.hook.Hook;
import dev.epoch.webhooks.hook.Hooks;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Hooks: who is asked over HTTP before a change is made, and may forbid it. */
@Path(ApiPaths.PREFIX + "/hooks")
@Tag(name = "Hooks")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class HooksResource {
  private final ApiRequest request;
  private final Hooks hooks;

  HooksResource(ApiRequest request, Hooks hooks) {
    this.request = request;
    this.hooks = hooks;
  }

  @GET
  @Operation(summary = "List hooks, in the order in which they are asked")
  public HookView.Listing list() {
    return new HookView.Listing(hooks.list(owner()).stream().map(HookView::of).toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = HookView.WithSecret.class, responseCode = "201")
  @Operation(
      summary = "Have a URL asked before a change is made",
      description =
          "The request is signed as those of webhooks are and tells what is planned; {\"allow\": false, \"message\": ...} answers the change with 403 HookVetoError and the message. The secret is shown once.")
  public HookView.WithSecret add(@NotNull @Valid HookRequests.Add body) {
    Hooks.Wanted wanted =
        new Hooks.Wanted(
            body.name(),
            body.event(),
            body.url(),
            body.branches() == null ? List.of() : body.branches(),
            body.timeout() == null ? Hooks.USUAL_TIMEOUT : timeout(body.timeout()),
            "open".equals(body.onFailure()),
            !Boolean.FALSE.equals(body.active()));
    return checked(() -> hooks.add(owner(), wanted, request.actor().id()))
        .map(HookView.WithSecret::of)
        .orElseThrow(() ->
            new RequestRefusedException(
                ApiError.of(
                    409,
                    "HookAlreadyExistsError",
                    "Hook '" + body.name() + "' already exists",
                    Map.of("remedy", "Choose another name, or remove it first"))));
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a hook")
  public HookView get(@PathParam("name") String name) {
    return HookView.of(found(name));
  }

  @PATCH
  @Path("{name}")
  @Operation(summary = "Change a hook", description = "What is left out stays.")
  public HookView change(@PathParam("name") String name, @NotNull @Valid HookRequests.Change body) {
    Hook before = found(name);
    Hooks.Wanted wanted =
        new Hooks.Wanted(
            name,
            before.event(),
            Objects.requireNonNullElse(body.url(), before.url()),
            Objects.requireNonNullElse(body.branches(), before.branches()),
            body.timeout() == null ? before.timeout() : timeout(body.timeout()),
            body.onFailure() == null ? before.failOpen() : body.onFailure().equals("open"),
            Objects.requireNonNullElse(body.active(), before.active()));
    return checked(() -> hooks.update(owner(), wanted))
        .map(HookView::of)
        .orElseThrow(() -> notFound(name));
  }

  @DELETE
  @Path("{name}")
  @Operation(summary = "Remove a hook")
  public void remove(@PathParam("name") String name) {
    if (!hooks.delete(owner(), name)) {
      throw notFound(name);
    }
  }

  @POST
  @Path("{name}/test")
  @Operation(
      summary = "Ask a hook about nothing",
      description = "data.test is true; whatever it says has no effect.")
  public HookView.Test test(@PathParam("name") String name) {
    return hooks
        .test(owner(), name, request.actor())
        .map(HookView.Test::of)
        .orElseThrow(() -> notFound(name));
  }

  private Hooks.Owner owner() {
    RepositoryState state = request.repository().state();
    return new Hooks.Owner(state.name(), state.profile().createdAt());
  }

  private Hook found(String name) {
    return hooks.get(owner(), name).orElseThrow(() -> notFound(name));
  }

  /** {@code 3s}, {@code 500ms}, {@code 1.5s}, {@code 1m}. */
  static Duration timeout(String text) {
    try {
      String unit = text.replaceFirst("^[0-9.]+", "");
      BigDecimal number = new BigDecimal(text.substring(0, text.length() - unit.length()));
      long millis =
          switch (unit) {
            case "ms" -> number.longValueExact();
            case "s" -> number.movePointRight(3).longValueExact();
            case "m" -> number.multiply(BigDecimal.valueOf(60_000)).longValueExact();
            default -> throw new NumberFormatException();
          };
      return Duration.ofMillis(millis);
    } catch (NumberFormatException none) {
      throw wrongTime();
    } catch (ArithmeticException tooFine) {
      throw wrongTime();
    }
  }

  private static InvalidRequestException wrongTime() {
    return new InvalidRequestException(
        FieldProblem.body("value_error", "timeout", "Should be a time such as 3s or 500ms"));
  }

  private static <T> T checked(Supplier<T> action) {
    try {
      return action.get();
    } catch (InvalidWebhookException wrong) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", wrong.field(), wrong.getMessage()));
    }
  }

  private static RequestRefusedException notFound(String name) {
    return new RequestRefusedException(
        ApiError.of(
            404,
            "HookNotFoundError",
            "There is no hook '" + name + "'",
            Map.of("hook", name, "remedy", "epoch hook list")));
  }
}
