package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Set;

/**
 * Who made something, and who changed it last.
 *
 * @param createdBy id of a user
 * @param createdAt when
 * @param updatedBy id of a user
 * @param updatedAt when
 */
public record Audit(String createdBy, Instant createdAt, String updatedBy, Instant updatedAt) {
  /** Who did what nobody is known to have done. */
  public static final String LEGACY_USER = "legacy-user";

  static final Set<String> FIELDS = Set.of("created_by", "created_at", "updated_by", "updated_at");

  public static Audit created(String user, Instant at) {
    return new Audit(user, at, user, at);
  }

  public Audit updated(String user, Instant at) {
    return new Audit(createdBy, createdAt, user, at);
  }

  /** Of stored JSON; where it has none, it is of long ago. */
  static Audit read(JsonNode json) {
    return new Audit(
        json.path("created_by").asText(LEGACY_USER),
        Instant.parse(json.path("created_at").asText("1970-01-01T00:00:00Z")),
        json.path("updated_by").asText(LEGACY_USER),
        Instant.parse(json.path("updated_at").asText("1970-01-01T00:00:00Z")));
  }

  void write(ObjectNode json) {
    json.put("created_by", createdBy)
        .put("created_at", createdAt.toString())
        .put("updated_by", updatedBy)
        .put("updated_at", updatedAt.toString());
  }
}
