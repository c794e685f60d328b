package dev.epoch.client.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Scope;
import java.util.Objects;

/** Tells how the server is. */
public final class Diagnostics {

  private final Scope scope;

  public Diagnostics(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /** Whether the server runs. */
  public JsonNode health() {
    return scope.send(Call.get("health").atRoot());
  }

  /** Whether the server can serve requests. */
  public JsonNode readiness() {
    return scope.send(Call.get("ready").atRoot());
  }

  /** The read models and how far they are behind the log. */
  public JsonNode projections() {
    return scope.send(scope.get("admin", "projections"));
  }

  /** Operations in flight and recoveries made. */
  public JsonNode recovery() {
    return scope.send(scope.get("admin", "recovery"));
  }

  /** Tables whose changes may not have been captured. */
  public JsonNode capture() {
    return scope.send(scope.get("admin", "capture"));
  }
}
