package dev.epoch.server.access;

import dev.epoch.api.error.ApiError;
import dev.epoch.model.access.Principal;
import dev.epoch.server.StartRefusedException;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How much one may ask for in a minute: each principal that has sent a key or a token, and each
 * address from which requests come without one that is accepted. This server counts for itself.
 *
 * <p>A bucket holds as much as the limit and is filled evenly; what is expensive takes {@link
 * #EXPENSIVE} out of it.
 */
@Singleton
public class RateLimits {
  /** What an expensive request counts. */
  static final int EXPENSIVE = 10;

  private static final Duration FULL_AFTER = Duration.ofMinutes(1);

  /** Beyond these, whoever is new shares one bucket: memory is not for strangers to fill. */
  private static final int MOST_BUCKETS = 100_000;

  private static final String OTHERS = "others";

  private static final Pattern EXPENSIVE_PATHS =
      Pattern.compile(
          ".*/(query|merge|merge/continue|rebase|revert|cherry-pick|reset|apply|solve|batch-query|rebuild|cleanup|materialize|open|backfill)"
              + "|.*/(export|import|diff|validation)(/[^/]+)?");

  private final long ofPrincipal;
  private final long ofAddress;
  private final Clock clock;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  @jakarta.inject.Inject
  RateLimits(
      @ConfigProperty(name = "epoch.api.rate-limit", defaultValue = "0") long ofPrincipal,
      @ConfigProperty(name = "epoch.api.rate-limit-address", defaultValue = "0") long ofAddress) {
    this(ofPrincipal, ofAddress, Clock.systemUTC());
  }

  RateLimits(long ofPrincipal, long ofAddress, Clock clock) {
    this.ofPrincipal = checked("EPOCH_API_RATE_LIMIT", ofPrincipal);
    this.ofAddress = checked("EPOCH_API_RATE_LIMIT_ADDRESS", ofAddress);
    this.clock = clock;
  }

  private static long checked(String setting, long limit) {
    if (limit != 0 && limit < EXPENSIVE) {
      throw new StartRefusedException(
          setting + " is " + limit + ": at least " + EXPENSIVE + " a minute, or 0 for no limit");
    }
    return limit;
  }

  /**
   * Counts a request, and says in the headers of its answer what is left.
   *
   * @return the refusal if it is one too many
   */
  Optional<ApiError> count(HttpServerRequest request, Optional<Principal> principal) {
    Optional<String> key =
        principal
            .filter(who -> who.key() != null || who.how() == Principal.How.TOKEN)
            .map(who -> who.key() == null ? "token " + who.user() : "key " + who.key());
    long limit = key.isPresent() ? ofPrincipal : ofAddress;
    if (limit == 0) {
      return Optional.empty();
    }
    String counted =
        key.orElseGet(() -> "address " + network(request.remoteAddress().hostAddress()));
    return count(counted, limit, cost(request.method(), request.path()), request.response());
  }

  private Optional<ApiError> count(
      String counted, long limit, int cost, HttpServerResponse response) {
    Bucket bucket =
        buckets.computeIfAbsent(
            buckets.size() < MOST_BUCKETS || buckets.containsKey(counted) ? counted : OTHERS,
            _ ->
                Bucket.builder()
                    .addLimit(each -> each.capacity(limit).refillGreedy(limit, FULL_AFTER))
                    .build());
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(cost);
    response.putHeader("X-RateLimit-Limit", Long.toString(limit));
    response.putHeader("X-RateLimit-Remaining", Long.toString(probe.getRemainingTokens()));
    response.putHeader(
        "X-RateLimit-Reset",
        Long.toString(
            clock.instant().plusNanos(probe.getNanosToWaitForReset()).getEpochSecond() + 1));
    if (probe.isConsumed()) {
      return Optional.empty();
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
    response.putHeader("Retry-After", Long.toString(seconds));
    return Optional.of(
        ApiError.of(
            429,
            "RateLimitError",
            "More was asked for than %d requests a minute; a query, a merge and the like count %d"
                .formatted(limit, EXPENSIVE),
            Map.of("remedy", "Ask again in %d second(s)".formatted(seconds))));
  }

  /** Forgets those who have asked nothing for a while: their buckets are full. */
  void tidy() {
    buckets
        .entrySet()
        .removeIf(entry ->
            entry.getValue().getAvailableTokens()
                >= (entry.getKey().startsWith("address ") ? ofAddress : ofPrincipal));
  }

  static int cost(HttpMethod method, String path) {
    return EXPENSIVE_PATHS.matcher(path).matches() ? EXPENSIVE : 1;
  }

  /** A host of IPv6 has a whole network of addresses for itself. */
  static String network(String address) {
    if (!address.contains(":")) {
      return address;
    }
    try {
      byte[] bytes = InetAddress.getByName(address.replaceAll("%.*", "")).getAddress();
      return bytes.length == 16 ? HexFormat.of().formatHex(bytes, 0, 8) : address;
    } catch (UnknownHostException noAddress) {
      return address;
    }
  }
}
