package dev.epoch.server.owner;

import dev.epoch.api.error.ApiError;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.log.Owner;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Sends requests on to owners, as they came, and their answers back. */
@Singleton
public class OwnerClient {
  private static final int MOST_CONNECTIONS = 256;
  private static final Duration CONNECT = Duration.ofSeconds(1);

  /** How often it is looked whether those who work on requests are owners still. */
  private static final long LOOK_MILLIS = 250;

  /** Of one connection (RFC 9110, 7.6.1), and the name that the next server does not have. */
  private static final Set<String> NOT_SENT_ON =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "expect",
          "host");

  private final VersioningServer server;
  private final HttpClient client;
  private final Set<Sent> open = ConcurrentHashMap.newKeySet();

  /** A request that the owner works on. */
  private record Sent(
      RoutingContext context, String repository, Owner owner, HttpClientRequest request) {}

  OwnerClient(VersioningServer server, Vertx vertx) {
    this.server = server;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout((int) CONNECT.toMillis()),
            new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    vertx.setPeriodic(LOOK_MILLIS, _ -> giveUpOnFormerOwners());
  }

  /** Whatever comes of it, the request is answered. */
  void send(RoutingContext context, String repository, Owner owner) {
    // its body waits, as the framework has it, until it is read
    HttpServerRequest request = context.request();
    RequestOptions options =
        new RequestOptions()
            .setMethod(request.method())
            .setAbsoluteURI(owner.member().address() + request.uri());
    request
        .headers()
        .forEach(header -> {
          if (!NOT_SENT_ON.contains(header.getKey().toLowerCase(java.util.Locale.ROOT))) {
            options.addHeader(header.getKey(), header.getValue());
          }
        });
    options.putHeader(HandOver.HANDED_OVER, server.ownership().self().id().toString());
    // that no web page of somebody else sent it was found out here
    options.putHeader("X-Epoch-Request", "1");
    client
        .request(options)
        .onFailure(_ -> {
          server.ownership().lookAgain();
          HandOver.refuse(context, unreachable(repository));
        })
        .onSuccess(sending -> send(new Sent(context, repository, owner, sending)));
  }

  /** What an owner answered. */
  record Answer(int status, Buffer body) {}

  /** Asks an owner something that another request needs. */
  Future<Answer> ask(Owner owner, String uri, MultiMap headers, Buffer body) {
    return client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(owner.member().address() + uri)
                .setHeaders(
                    headers
                        .set(HandOver.HANDED_OVER, server.ownership().self().id().toString())
                        .set("X-Epoch-Request", "1")
                        .set(HttpHeaders.CONTENT_TYPE, "application/json")))
        .compose(request -> request.send(body))
        .compose(answer -> answer.body().map(read -> new Answer(answer.statusCode(), read)));
  }

  private void send(Sent sent) {
    open.add(sent);
    HttpServerRequest request = sent.context().request();
    request.exceptionHandler(_ -> sent.request().reset());
    sent.request()
        .send(request)
        .onComplete(_ -> open.remove(sent))
        .onFailure(_ -> {
          server.ownership().lookAgain();
          HandOver.refuse(sent.context(), inDoubt(sent.repository()));
        })
        .onSuccess(answer -> answer(sent.context(), answer));
  }

  private static void answer(RoutingContext context, HttpClientResponse answer) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.headWritten()) {
      return;
    }
    response.setStatusCode(answer.statusCode());
    answer
        .headers()
        .forEach(header -> {
          if (!NOT_SENT_ON.contains(header.getKey().toLowerCase(java.util.Locale.ROOT))) {
            response.putHeader(header.getKey(), header.getValue());
          }
        });
    if (!answer.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      response.setChunked(true);
    }
    // an answer that breaks off breaks off here too: the client cannot take it for a whole one
    answer.pipeTo(response).onFailure(_ -> context.request().connection().close());
  }

  /** Who was paused may hold a connection for ever; its answer does not count any more. */
  private void giveUpOnFormerOwners() {
    for (Sent sent : open) {
      boolean replaced =
          server
              .ownership()
              .other(sent.repository())
              .filter(now -> now.fence() == sent.owner().fence())
              .isEmpty();
      if (replaced) {
        sent.request().reset();
      }
    }
  }

  static ApiError unreachable(String repository) {
    return ApiError.of(
        503,
        "NotReadyError",
        "The server that owns repository '" + repository + "' cannot be reached",
        Map.of("remedy", "Ask again; another one takes it over"));
  }

  private static ApiError inDoubt(String repository) {
    return ApiError.of(
        503,
        "OperationInDoubtError",
        "The server that owns repository '" + repository + "' went away before it answered",
        Map.of("remedy", "Ask again with the same Idempotency-Key"));
  }
}
