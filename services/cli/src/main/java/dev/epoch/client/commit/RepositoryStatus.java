package dev.epoch.client.commit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.util.List;

/**
 * What a branch holds beyond its head.
 *
 * @param commitId head of the branch, or null before the first commit
 * @param untracked names of tables that were made on the branch and are not versioned
 * @param unrecorded views and functions that were made on the branch and that no commit recorded
 * @param uncaptured tables whose changes may not have been captured, with what is wrong and the
 *     command that looks for them
 * @param mergeSource branch whose merge into this one is open, or null
 * @param verb of the command that waits as a merge does: merge, revert, cherry-pick, rebase
 * @param replaying revert, cherry-pick or rebase that has commits to make, or null
 * @param nextToReplay id of the commit that comes next, at whose conflicts it may have stopped; or
 *     null
 * @param toReplay how many commits
 */
public record RepositoryStatus(
    String branch,
    String commitId,
    boolean clean,
    List<TableChange> staged,
    List<TableChange> unstaged,
    List<String> untracked,
    List<String> unrecorded,
    List<Uncaptured> uncaptured,
    String mergeSource,
    boolean merging,
    String verb,
    String replaying,
    String nextToReplay,
    int toReplay,
    JsonNode json)
    implements Received {

  /** A table whose changes may not have been captured. */
  public record Uncaptured(String table, String problem, String remedy) {
    static Uncaptured of(JsonNode json) {
      return new Uncaptured(
          json.path("table").asText(), json.path("problem").asText(), json.path("remedy").asText());
    }
  }

  static RepositoryStatus of(JsonNode json) {
    JsonNode merge = json.path("merge");
    return new RepositoryStatus(
        json.path("branch").asText(),
        Json.text(json, "commit_id"),
        json.path("clean").asBoolean(false),
        TableChange.list(json, "staged"),
        TableChange.list(json, "unstaged"),
        Json.items(json, "untracked").stream().map(JsonNode::asText).toList(),
        Json.items(json, "unrecorded").stream().map(JsonNode::asText).toList(),
        Json.items(json, "uncaptured").stream().map(Uncaptured::of).toList(),
        Json.text(merge, "source"),
        merge.isObject(),
        merge.path("verb").asText("merge").replace('_', '-'),
        json.path("replay").isObject()
            ? json.path("replay").path("verb").asText().replace('_', '-')
            : null,
        Json.text(json.path("replay"), "next"),
        json.path("replay").path("remaining").asInt(),
        json);
  }
}
