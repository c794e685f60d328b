package dev.epoch.server.owner;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.admin.OverlaysElsewhere;
import dev.epoch.api.admin.RebuildView;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.log.Owner;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Sends what is to be built anew to the servers that own the repositories. */
@Singleton
public class RebuildsOfOwners implements OverlaysElsewhere {
  /** Headers that say who asks. */
  private static final List<String> SENT_ON =
      List.of("Authorization", "X-User-Id", "X-User-Name", "X-User-Email");

  private static final long LONGEST_HOURS = 1;

  private final VersioningServer server;
  private final OwnerClient client;

  RebuildsOfOwners(VersioningServer server, OwnerClient client) {
    this.server = server;
    this.client = client;
  }

  @Override
  public Optional<RebuildView.Rebuilt> rebuild(String repository, UnaryOperator<String> header) {
    Optional<Owner> owner = server.ownership().other(repository);
    if (owner.isEmpty() || header.apply(HandOver.HANDED_OVER) != null) {
      return Optional.empty();
    }
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    for (String name : SENT_ON) {
      Optional.ofNullable(header.apply(name)).ifPresent(value -> headers.set(name, value));
    }
    String uri =
        ApiPaths.PREFIX
            + "/admin/rebuild?repository="
            + URLEncoder.encode(repository, StandardCharsets.UTF_8);
    try {
      OwnerClient.Answer answer =
          client
              .ask(owner.get(), uri, headers, Buffer.buffer("{\"projection\": \"overlay-tables\"}"))
              .toCompletionStage()
              .toCompletableFuture()
              .orTimeout(LONGEST_HOURS, TimeUnit.HOURS)
              .join();
      return Optional.of(read(answer));
    } catch (CompletionException | IOException away) {
      server.ownership().lookAgain();
      throw new RequestRefusedException(OwnerClient.unreachable(repository));
    }
  }

  private static RebuildView.Rebuilt read(OwnerClient.Answer answer) throws IOException {
    byte[] body = answer.body().getBytes();
    if (answer.status() == 200) {
      return ApiJson.mapper().readValue(body, RebuildView.class).projections().getFirst();
    }
    JsonNode refused = ApiJson.mapper().readTree(body);
    throw new RequestRefusedException(
        ApiError.of(
            answer.status(),
            refused.path("error").asText("NotReadyError"),
            refused.path("message").asText("The owner of the repository refuses it"),
            Map.of("remedy", refused.path("details").path("remedy").asText("Ask again"))));
  }
}
