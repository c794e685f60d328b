package dev.epoch.server.access;

import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.ErrorTable;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.Asking;
import dev.epoch.server.access.AccessKeys.Verdict;
import dev.epoch.server.http.Refusals;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks at every request before anything else does: by which name it calls the server, whether a
 * web page of somebody else can have sent it, and whether it has a key.
 */
@ApplicationScoped
public class AccessFilter {
  /** Before the size of the body is looked at. */
  private static final int FIRST = 20_000;

  /** What everybody may see: that the server is there, and how to talk to it. */
  private static final Pattern PUBLIC =
      Pattern.compile("/|/health|/ready|/openapi\\.json|/docs(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?");

  private static final Duration TIDIED = Duration.ofMinutes(1);

  private static final Set<HttpMethod> CHANGING =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

  /** Browsers send these for a page of another origin only after that was allowed (CORS). */
  private static final List<String> NEVER_UNASKED =
      List.of(
          "X-Epoch-Request",
          "Idempotency-Key",
          "Authorization",
          "X-User-Id",
          "X-User-Name",
          "X-User-Email");

  private static final Pattern CATALOG = Pattern.compile("/(databases|solve)(/.*)?");

  private static final List<String> BY_BROWSERS = List.of("Origin", "Sec-Fetch-Site", "Referer");

  private static final Pattern JSON =
      Pattern.compile("(?i)\\s*application/([a-z0-9.-]+\\+)?(json|x-ndjson|ndjson)\\s*(;.*)?");

  private static final ApiError WRONG_HOST =
      ApiError.of(
          421,
          "MisdirectedRequestError",
          "This server does not go by the name in the Host header",
          Map.of(
              "remedy",
              "Call it by its address or as localhost, or add the name to EPOCH_API_ALLOWED_HOSTS"));

  private static final ApiError CROSS_SITE =
      ApiError.of(
          403,
          "CrossSiteRequestError",
          "A web page could have sent this request, without its reader's knowledge",
          Map.of(
              "remedy", "Send it with Content-Type: application/json, or with X-Epoch-Request: 1"));

  private final HostNames hosts;
  private final AccessKeys keys;
  private final KeyedStreams streams;
  private final RateLimits limits;
  private final Tokens tokens;

  AccessFilter(
      HostNames hosts, AccessKeys keys, KeyedStreams streams, RateLimits limits, Tokens tokens) {
    this.tokens = tokens;
    this.limits = limits;
    this.hosts = hosts;
    this.keys = keys;
    this.streams = streams;
  }

  void register(@Observes Filters filters, Vertx vertx) {
    filters.register(this::check, FIRST);
    vertx.setPeriodic(AccessKeys.REFRESH.toMillis(), _ -> keys.refresh());
    vertx.setPeriodic(TIDIED.toMillis(), _ -> limits.tidy());
  }

  private void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (!hosts.allow(request)) {
      Refusals.send(context, WRONG_HOST);
      return;
    }
    String sent = bearer(request);
    if (!tokens.accepted() || !Tokens.isToken(sent)) {
      decide(context, keys.verdict(sent));
      return;
    }
    // the issuer may have to be asked for its keys
    Context here = context.vertx().getOrCreateContext();
    Thread.startVirtualThread(() -> {
      Verdict verdict = tokens.verdict(sent);
      here.runOnContext(_ -> decide(context, verdict));
    });
  }

  private void decide(RoutingContext context, Verdict verdict) {
    HttpServerRequest request = context.request();
    Optional<ApiError> tooMuch =
        isForEverybody(request)
            ? Optional.empty()
            : limits.count(
                request,
                verdict instanceof Verdict.Admitted let
                    ? Optional.of(let.principal())
                    : Optional.empty());
    if (tooMuch.isPresent()) {
      Refusals.send(context, tooMuch.get());
      return;
    }
    switch (verdict) {
      case Verdict.Admitted(var principal, var actor, boolean actsForOthers, var until) -> {
        try {
          Asking.of(request::getHeader, principal, actor, actsForOthers).note(context);
        } catch (InvalidRequestException wrong) {
          Refusals.send(context, ErrorTable.of(wrong).orElseThrow());
          return;
        }
        if (principal.key() != null) {
          streams.note(context, principal.key());
        }
        if (until != null) {
          streams.end(context, until);
        }
      }
      case Verdict.Refused(ApiError error) -> {
        if (!isForEverybody(request)) {
          if (error.status() == 401) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"epoch\"");
          }
          Refusals.send(context, error);
          return;
        }
      }
    }
    readAsJson(request);
    if (CHANGING.contains(request.method()) && mayComeFromAnyPage(request)) {
      Refusals.send(context, CROSS_SITE);
      return;
    }
    context.next();
  }

  /**
   * A body for the catalog is JSON, whatever a command line calls it, if no browser sent it:
   * browsers name the page's origin with what changes anything, or say how far off it is.
   */
  private static void readAsJson(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    boolean isUntold = type == null || type.startsWith("application/x-www-form-urlencoded");
    if (isUntold
        && CHANGING.contains(request.method())
        && CATALOG.matcher(request.path()).matches()
        && BY_BROWSERS.stream().noneMatch(request.headers()::contains)) {
      request.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
    }
  }

  private static String bearer(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (header == null) {
      return null;
    }
    String[] words = header.strip().split("\\s+", 2);
    return words.length == 2 && words[0].equalsIgnoreCase("Bearer") ? words[1] : "";
  }

  /** Also the question of a browser whether a page may ask, which never has a key. */
  private static boolean isForEverybody(HttpServerRequest request) {
    return PUBLIC.matcher(request.path()).matches()
        || (request.method().equals(HttpMethod.OPTIONS)
            && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD));
  }

  private static boolean mayComeFromAnyPage(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return (type == null || !JSON.matcher(type).matches())
        && NEVER_UNASKED.stream().noneMatch(request.headers()::contains)
        && !isOwnPage(request);
  }

  /** Browsers name the origin of a page truly; one that has the server's own address is ours. */
  private static boolean isOwnPage(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    String host = request.getHeader(HttpHeaders.HOST);
    return origin != null && host != null && origin.matches("(?i)https?://\\Q" + host + "\\E");
  }
}
