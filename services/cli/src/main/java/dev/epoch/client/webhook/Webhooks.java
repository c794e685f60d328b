package dev.epoch.client.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Has events of a repository sent to URLs. */
public final class Webhooks {
  private static final String PATH = "webhooks";

  private final Scope scope;

  public Webhooks(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A webhook.
   *
   * @param events empty for all; likewise branches and tables, which are patterns
   * @param description null for none
   * @param disabledReason why the server stopped sending, or null
   */
  public record Webhook(
      String id,
      String url,
      List<String> events,
      List<String> branches,
      List<String> tables,
      String description,
      boolean active,
      String disabledReason,
      String failingSince,
      JsonNode json)
      implements Received {

    static Webhook of(JsonNode json) {
      return new Webhook(
          json.path("id").asText(),
          json.path("url").asText(),
          texts(json, "events"),
          texts(json, "branches"),
          texts(json, "tables"),
          Json.text(json, "description"),
          json.path("active").asBoolean(),
          Json.text(json, "disabled_reason"),
          Json.text(json, "failing_since"),
          json);
    }

    private static List<String> texts(JsonNode json, String name) {
      return Json.items(json, name).stream().map(JsonNode::asText).toList();
    }
  }

  /** All webhooks, as one answer. */
  public record Listing(List<Webhook> webhooks, JsonNode json) implements Received {}

  /**
   * A webhook with its secret.
   *
   * @param secret what its receiver verifies signatures with
   * @param oldSecretUntil until when the former one signs too, or null
   */
  public record WithSecret(String id, String secret, String oldSecretUntil, JsonNode json)
      implements Received {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "WithSecret[" + id + "]";
    }
  }

  /**
   * An event on its way to a webhook.
   *
   * @param position of the event; null for a test
   * @param branch null for none
   * @param status of the last attempt, in words; null if there was none
   * @param nextAttempt null if none is planned
   * @param attempts so far
   * @param url where it is sent; null in lists
   * @param body what is sent; null in lists
   */
  public record Delivery(
      String id,
      String eventId,
      String position,
      String type,
      String branch,
      String state,
      int attempt,
      String status,
      String latencyMs,
      String nextAttempt,
      List<Attempt> attempts,
      String url,
      String body,
      JsonNode json)
      implements Received {

    static Delivery of(JsonNode json) {
      return new Delivery(
          json.path("id").asText(),
          json.path("event_id").asText(),
          Json.text(json, "event_position"),
          json.path("type").asText(),
          Json.text(json, "branch"),
          json.path("state").asText(),
          json.path("attempt").asInt(),
          Json.text(json, "status"),
          Json.text(json, "latency_ms"),
          Json.text(json, "next_attempt_at"),
          Json.items(json, "attempts").stream().map(Attempt::of).toList(),
          Json.text(json.path("request"), "url"),
          Json.text(json.path("request"), "body"),
          json);
    }
  }

  /**
   * One attempt.
   *
   * @param status answered, or null
   * @param error why it failed; null if it worked
   */
  public record Attempt(String at, String status, String latencyMs, String error) {
    static Attempt of(JsonNode json) {
      return new Attempt(
          json.path("at").asText(),
          Json.text(json, "response_status"),
          json.path("latency_ms").asText(),
          Json.text(json, "error"));
    }
  }

  /**
   * Deliveries, newest first.
   *
   * @param next where the next page begins; null on the last one
   */
  public record Page(List<Delivery> deliveries, String next, JsonNode json) implements Received {}

  /** Has events sent as the fields of {@code POST /webhooks} say. */
  public WithSecret create(ObjectNode fields) {
    return withSecret(scope.send(scope.post(PATH).body(fields)));
  }

  /** All of the repository. */
  public Listing list() {
    JsonNode answer = scope.send(scope.get(PATH));
    return new Listing(Json.items(answer, "webhooks").stream().map(Webhook::of).toList(), answer);
  }

  /** One of them. */
  public Webhook get(String id) {
    return Webhook.of(scope.send(scope.get(PATH, id)));
  }

  /** Changes the given fields and leaves the others. */
  public Webhook update(String id, ObjectNode changes) {
    return Webhook.of(scope.send(scope.patch(PATH, id).body(changes)));
  }

  /** Nothing is sent to it any more. */
  public void delete(String id) {
    scope.send(scope.delete(PATH, id));
  }

  /** Sends a test; what came of it. */
  public Delivery test(String id) {
    return Delivery.of(scope.send(scope.post(PATH, id, "test")));
  }

  /**
   * Gives it another secret.
   *
   * @param secret null for a random one
   * @param overlapHours how long the old one signs too; null for the usual time
   */
  public WithSecret rotate(String id, String secret, Integer overlapHours) {
    ObjectNode body = Json.object();
    if (secret != null) {
      body.put("secret", secret);
    }
    if (overlapHours != null) {
      body.put("overlap_hours", overlapHours);
    }
    return withSecret(scope.send(scope.post(PATH, id, "rotate").body(body)));
  }

  private static WithSecret withSecret(JsonNode answer) {
    return new WithSecret(
        answer.path("id").asText(),
        answer.path("secret").asText(),
        Json.text(answer, "old_secret_until"),
        answer);
  }

  /**
   * A page of deliveries.
   *
   * @param state names joined by commas; null for all
   * @param after next of the page before; null for the first
   */
  public Page deliveries(String id, String state, Integer limit, String after) {
    JsonNode answer =
        scope.send(
            scope
                .get(PATH, id, "deliveries")
                .query("state", state)
                .query("limit", limit)
                .query("after", after));
    return new Page(
        Json.items(answer, "deliveries").stream().map(Delivery::of).toList(),
        Json.text(answer, "next"),
        answer);
  }

  /** One delivery, with its request and attempts. */
  public Delivery delivery(String id, String delivery) {
    return Delivery.of(scope.send(scope.get(PATH, id, "deliveries", delivery)));
  }

  /** Sends one delivery again. */
  public Delivery redeliver(String id, String delivery) {
    return Delivery.of(scope.send(scope.post(PATH, id, "deliveries", delivery, "redeliver")));
  }

  /**
   * Sends what is dead again; or, with a position, events of the log.
   *
   * @param from position of the first event, or null
   * @param to position of the last one, or null
   * @return how many
   */
  public long redeliver(String id, Long from, Long to) {
    ObjectNode body = Json.object();
    if (from != null) {
      body.put("from", from);
    }
    if (to != null) {
      body.put("to", to);
    }
    return scope.send(scope.post(PATH, id, "redeliver").body(body)).path("count").asLong();
  }
}
