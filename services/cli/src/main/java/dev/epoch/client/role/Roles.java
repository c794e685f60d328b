package dev.epoch.client.role;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Roles of a repository, who has them, and what they come to. */
public final class Roles {
  private static final String PATH = "roles";
  private static final String GRANTS = "grants";

  private final Scope scope;

  public Roles(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A role.
   *
   * @param builtIn whether every repository has it
   */
  public record Role(
      String name, List<String> verbs, boolean builtIn, List<Grant> grants, JsonNode json)
      implements Received {

    static Role of(JsonNode json) {
      return new Role(
          json.path("name").asText(),
          texts(json, "verbs"),
          json.path("built_in").asBoolean(),
          Json.items(json, GRANTS).stream()
              .map(grant ->
                  new Grant(
                      grant.path("subject").asText(),
                      texts(grant, "branches"),
                      texts(grant, "tables")))
              .toList(),
          json);
    }
  }

  /**
   * Who has a role.
   *
   * @param subject user:ID or group:NAME
   * @param branches patterns; empty for all
   * @param tables patterns; empty for all
   */
  public record Grant(String subject, List<String> branches, List<String> tables) {}

  /**
   * All roles, as one answer.
   *
   * @param inForce whether a role was ever granted
   */
  public record Listing(boolean inForce, List<Role> roles, JsonNode json) implements Received {}

  /**
   * A decision.
   *
   * @param rule that decides
   */
  public record Decision(boolean allowed, String rule, String user, JsonNode json)
      implements Received {}

  public Listing list() {
    JsonNode json = scope.send(scope.get(PATH));
    return new Listing(
        json.path("in_force").asBoolean(),
        Json.items(json, PATH).stream().map(Role::of).toList(),
        json);
  }

  public Role get(String name) {
    return Role.of(scope.send(scope.get(PATH, name)));
  }

  public Role create(String name, List<String> verbs) {
    ObjectNode body = Json.object().put("name", name);
    verbs.forEach(body.putArray("verbs")::add);
    return Role.of(scope.send(scope.post(PATH).body(body)));
  }

  public void delete(String name) {
    scope.send(scope.delete(PATH, name));
  }

  /** Gives somebody a role; empty lists stand for all branches and all tables. */
  public Role grant(String role, Grant grant) {
    ObjectNode body = Json.object().put("subject", grant.subject());
    if (!grant.branches().isEmpty()) {
      grant.branches().forEach(body.putArray("branches")::add);
    }
    if (!grant.tables().isEmpty()) {
      grant.tables().forEach(body.putArray("tables")::add);
    }
    return Role.of(scope.send(scope.post(PATH, role, GRANTS).body(body)));
  }

  public void revoke(String role, String subject) {
    scope.send(scope.delete(PATH, role, GRANTS).query("subject", subject));
  }

  /**
   * Whether somebody may do something.
   *
   * @param branch null for any
   * @param table null for any
   * @param user null for whoever asks
   * @param groups of another user
   */
  public Decision canI(String verb, String branch, String table, String user, List<String> groups) {
    var call =
        scope
            .get("auth", "can-i")
            .query("verb", verb)
            .query("branch", branch)
            .query("table", table)
            .query("as", user);
    for (String group : groups) {
      call = call.query("group", group);
    }
    JsonNode json = scope.send(call);
    return new Decision(
        json.path("allowed").asBoolean(),
        json.path("rule").asText(),
        json.path("user").asText(),
        json);
  }

  private static List<String> texts(JsonNode json, String name) {
    return Json.items(json, name).stream().map(JsonNode::asText).toList();
  }
}
