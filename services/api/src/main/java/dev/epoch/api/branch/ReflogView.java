package dev.epoch.api.branch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.api.commit.CommitView;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.projections.reflog.Reflog;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Moves of branches' heads, the latest first. */
@Schema(name = "Reflog")
public record ReflogView(
    List<Entry> entries,
    @Schema(description = "after of the next page; null at the end") String next) {

  /** One move. */
  @Schema(name = "ReflogEntry")
  public record Entry(
      @Schema(description = "In the log of events") long position,
      Instant time,
      Actor actor,
      String branch,
      @Schema(
              description =
                  "What moved it: commit, merge, revert, cherry-pick, rebase (pick), fast_forward, branch create ...")
          String command,
      @Schema(description = "Null where the branch begins, and before the first commit")
          String from,
      @Schema(description = "Null where the branch ends") String to,
      @Schema(description = "Of the commit; for a new branch where it starts") String message,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(description = "True where the branch has sequences of its own, else left out")
          Boolean ownSequences,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(description = "True where the branch versions schemas alone, else left out")
          Boolean schemaOnly) {

    static Entry of(RepositoryState state, Reflog.Entry entry) {
      return new Entry(
          entry.position(),
          entry.time(),
          new Actor(entry.actorId(), entry.actorName(), entry.actorEmail()),
          entry.branch(),
          entry.command(),
          shown(state, entry.from()),
          shown(state, entry.to()),
          entry.message(),
          entry.ownSequences() ? true : null,
          entry.schemaOnly() ? true : null);
    }

    private static String shown(RepositoryState state, String commit) {
      return state.commits().contains(commit) ? CommitView.idOf(state, commit) : null;
    }
  }

  /**
   * A page.
   *
   * @param entries one more than fit, if there are more
   */
  public static ReflogView of(RepositoryState state, List<Reflog.Entry> entries, int size) {
    List<Entry> page = entries.stream().limit(size).map(entry -> Entry.of(state, entry)).toList();
    return new ReflogView(
        page, entries.size() > size ? String.valueOf(page.getLast().position()) : null);
  }
}
