package dev.epoch.client.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.RefusedException;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * What a merge came to.
 *
 * @param conflictTables empty where the merge went through
 * @param conflicts number of conflicts
 * @param commitId head of the target after the merge, or null where nothing was committed
 * @param liveCommit commit of live changes made before the merge, or null
 * @param ruledCount fields and rows that conflict rules settled
 */
public record MergeOutcome(
    String source,
    String target,
    boolean upToDate,
    boolean fastForward,
    List<String> conflictTables,
    long conflicts,
    String commitId,
    String liveCommit,
    long ruledCount,
    JsonNode json)
    implements Received {

  static MergeOutcome of(JsonNode json) {
    return new MergeOutcome(
        json.path("source_branch").asText(),
        json.path("target_branch").asText(),
        json.path("up_to_date").asBoolean(false),
        json.path("is_fast_forward").asBoolean(false),
        texts(json.path("conflict_tables")),
        json.path("conflict_count").asLong(json.path("has_conflicts").asBoolean() ? 1 : 0),
        Json.text(json, "result_commit_id"),
        Json.text(json, "live_commit"),
        json.path("ruled_count").asLong(),
        json);
  }

  /** Of a commit, or of what waits for its commit. */
  public static MergeOutcome committed(String source, String target, JsonNode json) {
    return json.has("result_commit_id")
        ? of(json)
        : new MergeOutcome(
            source, target, false, false, List.of(), 0, Json.text(json, "id"), null, 0, json);
  }

  public static MergeOutcome conflicting(String source, String target, RefusedException refusal) {
    JsonNode details = refusal.details();
    return new MergeOutcome(
        source,
        target,
        false,
        false,
        texts(details.path("conflict_tables")),
        Math.max(1, details.path("conflict_count").asLong()),
        null,
        null,
        0,
        refusal.body());
  }

  private static List<String> texts(JsonNode array) {
    return Json.items(array, "").stream().map(JsonNode::asText).toList();
  }

  /** What conflict rules settled, as far as the server shows it. */
  public List<JsonNode> ruled() {
    return Json.items(json, "ruled");
  }

  /** Of a dry run: statements that would give types of live tables new labels before the merge. */
  public List<String> labels() {
    return texts(json.path("labels"));
  }

  /** Whether the merge stopped at conflicts. */
  public boolean hasConflicts() {
    return conflicts > 0;
  }
}
