package dev.epoch.api.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.commit.CommitView;
import dev.epoch.engine.state.CommitState;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Commits that changed a record, the newest first. */
@Schema(name = "RecordHistory")
public record RecordHistoryView(
    List<Entry> changes,
    @Schema(description = "after of the next page; null at the end") String next,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Schema(description = LOST) List<String> lost) {
  private static final String LOST =
      "Columns that these commits had, and whose values are not known any more";

  /** A commit and what it did to the record. */
  @Schema(name = "RecordHistoryEntry")
  public record Entry(
      Source commit,
      @Schema(description = "insert, update or delete, against the first parent") String type,
      ObjectNode key,
      ObjectNode before,
      ObjectNode after,
      @Schema(description = "Columns that differ") List<String> fields) {}

  /** The commit that something comes from. */
  @Schema(name = "CommitSource")
  public record Source(
      String id,
      String shortId,
      String message,
      String authorName,
      String authorEmail,
      @Schema(description = "Id of who asked for it") String actor,
      Instant createdAt) {

    public static Source of(CommitState commit) {
      return new Source(
          commit.id(),
          CommitView.shortId(commit.id()),
          commit.message(),
          commit.author().name(),
          commit.author().email(),
          commit.committer().id(),
          commit.time());
    }
  }

  /** Per field the commit that it has its value from. */
  @Schema(name = "RecordBlame")
  public record Blame(
      ObjectNode key,
      List<Field> fields,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @Schema(description = LOST) List<String> lost) {}

  /** A field and where its value comes from. */
  @Schema(name = "BlamedField")
  public record Field(
      String name,
      @Schema(description = "As committed at the ref") JsonNode value,
      Source commit) {}
}
