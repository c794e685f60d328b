package dev.epoch.api.view;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.DiffService;
import dev.epoch.gateway.LogService;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A commit. */
@Schema(name = "Commit")
public record CommitView(
    @Schema(description = "SHA-256") String id,
    String shortId,
    String message,
    String authorName,
    String authorEmail,
    @Schema(description = "Who asked for it") String committerName,
    String committerEmail,
    @Schema(description = "Id of who asked for it") String actor,
    Instant createdAt,
    int parentCount,
    List<String> parents,
    List<TableChangeView> tables,
    Stats stats) {
  private static final int SHORT = 7;

  /** Records changed against the first parent. */
  @Schema(name = "CommitStats")
  public record Stats(long inserted, long updated, long deleted) {}

  /** A page of history, newest first. */
  @Schema(name = "Commits")
  public record Page(
      List<CommitView> commits,
      @Schema(description = "All that match") int total,
      boolean hasMore) {

    public static Page of(RepositoryState state, LogService.Page page) {
      return new Page(
          page.commits().stream().map(commit -> CommitView.of(state, commit)).toList(),
          page.total(),
          page.hasMore());
    }
  }

  public static CommitView of(RepositoryState state, CommitState commit) {
    List<TableChangeView> tables =
        TableChangeView.of(state, commit, DiffService.recorded(state, commit));
    List<String> parents =
        commit.parents().stream()
            .filter(parent -> !state.commits().byId().get(parent).root())
            .toList();
    return new CommitView(
        commit.id(),
        shortId(commit.id()),
        commit.message(),
        commit.author().name(),
        commit.author().email(),
        commit.committer().name(),
        commit.committer().email(),
        commit.committer().id(),
        commit.time(),
        parents.size(),
        parents,
        tables,
        new Stats(
            tables.stream().mapToLong(TableChangeView::inserted).sum(),
            tables.stream().mapToLong(TableChangeView::updated).sum(),
            tables.stream().mapToLong(TableChangeView::deleted).sum()));
  }

  /** The id, null for the hidden root under every history. */
  public static String idOf(CommitState commit) {
    return commit.root() ? null : commit.id();
  }

  public static String shortId(String id) {
    return id.substring(0, SHORT);
  }
}
