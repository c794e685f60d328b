package dev.epoch.client.tag;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.util.Objects;

/** Creates, lists and deletes tags. */
public final class Tags {

  private final Scope scope;

  public Tags(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * Tags by name.
   *
   * @param pattern of names, or null for all
   */
  public Tag.Listing list(String pattern) {
    return Tag.Listing.of(scope.send(scope.get("tags").query("pattern", pattern)));
  }

  /** One tag. */
  public Tag get(String name) {
    return Tag.of(scope.send(scope.get("tags", name)));
  }

  /**
   * Gives a commit a name that stays.
   *
   * @param target ref of the commit
   * @param message null for none
   * @param force also where a tag of this name is taken from another commit
   */
  public Tag create(String name, String target, String message, boolean force) {
    ObjectNode body = Json.object().put("name", name).put("target", target);
    if (message != null) {
      body.put("message", message);
    }
    if (force) {
      body.put("force", true);
    }
    return Tag.of(scope.send(scope.post("tags").body(body)));
  }

  /** Deletes a tag. */
  public void delete(String name) {
    scope.send(scope.delete("tags", name));
  }
}
