package dev.epoch.client.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;
import java.util.Optional;

/**
 * A branch.
 *
 * @param headCommitId null before the first commit
 * @param createdAt ISO 8601, or null
 * @param expiresAt ISO 8601, or null if it stays
 * @param held why it stays although its time has come, or null
 * @param ownSequences whether columns that sequences feed take their values from sequences of its
 *     own
 */
public record Branch(
    String name,
    String headCommitId,
    boolean isProtected,
    String createdAt,
    String expiresAt,
    String held,
    boolean ownSequences,
    JsonNode json)
    implements Received {

  static Branch of(JsonNode json) {
    return new Branch(
        json.path("name").asText(),
        Json.text(json, "head_commit_id"),
        json.path("is_protected").asBoolean(false),
        Json.text(json, "created_at"),
        Json.text(json.path("expiry"), "at"),
        Json.text(json.path("expiry"), "held"),
        json.path("own_sequences").asBoolean(false),
        json);
  }

  /** Whether it versions schemas and no rows. */
  public boolean schemaOnly() {
    return json.path("schema_only").asBoolean(false);
  }

  /** All branches, as one answer. */
  public record Listing(List<Branch> branches, JsonNode json) implements Received {

    static Listing of(JsonNode json) {
      return new Listing(Json.items(json, "branches").stream().map(Branch::of).toList(), json);
    }

    /** The branch of that name. */
    public Optional<Branch> named(String name) {
      return branches.stream().filter(branch -> branch.name().equals(name)).findFirst();
    }
  }

  /**
   * How two branches have diverged.
   *
   * @param ahead commits that only the source has
   * @param behind commits that only the target has
   * @param mergeBase null where they share no history
   */
  public record Comparison(
      String source,
      String target,
      long ahead,
      long behind,
      boolean canFastForward,
      String mergeBase,
      JsonNode json)
      implements Received {

    static Comparison of(JsonNode json) {
      return new Comparison(
          json.path("source_branch").asText(),
          json.path("target_branch").asText(),
          json.path("ahead_count").asLong(),
          json.path("behind_count").asLong(),
          json.path("can_fast_forward").asBoolean(false),
          Json.text(json, "merge_base_id"),
          json);
    }
  }
}
