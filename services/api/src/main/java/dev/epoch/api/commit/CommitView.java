package dev.epoch.api.commit;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.api.diff.TableChangeView;
import dev.epoch.api.schema.SchemaRecordView;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.projections.history.CommitRow;
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
    Stats stats,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(description = "What it records of the schemas of its databases, if it does")
        List<SchemaRecordView> schemas) {
  private static final int SHORT = 7;

  /** Records changed against the first parent. */
  @Schema(name = "CommitStats")
  public record Stats(long inserted, long updated, long deleted) {
    static Stats of(List<TableChangeView> tables) {
      return new Stats(
          tables.stream().mapToLong(TableChangeView::inserted).sum(),
          tables.stream().mapToLong(TableChangeView::updated).sum(),
          tables.stream().mapToLong(TableChangeView::deleted).sum());
    }
  }

  /** A page of history, newest first. */
  @Schema(name = "Commits")
  public record Page(
      List<CommitView> commits,
      @Schema(description = "All that match") long total,
      boolean hasMore) {

    public static Page of(List<CommitRow> commits, long total, int offset) {
      return new Page(
          commits.stream().map(CommitView::of).toList(),
          total,
          (long) offset + commits.size() < total);
    }
  }

  public static CommitView of(CommitRow commit) {
    List<TableChangeView> tables = commit.changes().stream().map(TableChangeView::of).toList();
    return new CommitView(
        commit.id(),
        shortId(commit.id()),
        commit.message(),
        commit.authorName(),
        commit.authorEmail(),
        commit.committer().name(),
        commit.committer().email(),
        commit.committer().id(),
        commit.committedAt(),
        commit.parents().size(),
        commit.parents(),
        tables,
        Stats.of(tables),
        null);
  }

  /** The same with what it records of schemas. */
  public CommitView withSchemas(RepositoryState state) {
    return new CommitView(
        id,
        shortId,
        message,
        authorName,
        authorEmail,
        committerName,
        committerEmail,
        actor,
        createdAt,
        parentCount,
        parents,
        tables,
        stats,
        SchemaRecordView.of(state.schemas().get(id)));
  }

  public static CommitView of(RepositoryState state, CommitState commit) {
    List<TableChangeView> tables =
        TableChangeView.of(state, commit, DiffService.recorded(state, commit));
    List<String> parents =
        commit.parents().stream().filter(parent -> !state.commits().isRoot(parent)).toList();
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
        Stats.of(tables),
        SchemaRecordView.of(state.schemas().get(commit.id())));
  }

  /** The id, null for the hidden root under every history. */
  public static String idOf(CommitState commit) {
    return commit.root() ? null : commit.id();
  }

  /** As {@link #idOf(CommitState)}. */
  public static String idOf(RepositoryState state, String commit) {
    return state.commits().isRoot(commit) ? null : commit;
  }

  public static String shortId(String id) {
    return id.substring(0, SHORT);
  }
}
