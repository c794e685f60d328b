package dev.epoch.gateway;

import dev.epoch.engine.processing.StateGraph;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** History: commits that refs reach, newest first. */
public final class LogService {

  /**
   * Which commits; null fields do not filter.
   *
   * @param since at or after
   * @param until at or before
   * @param author part of name, e-mail address or id, in any case
   * @param committer part of the same of who asked for the commit
   * @param actor id of who asked for it
   * @param table that changed
   */
  public record Filter(
      Instant since, Instant until, String author, String committer, String actor, String table) {
    public static final Filter NONE = new Filter(null, null, null, null, null, null);

    boolean accepts(CommitState commit) {
      return (since == null || !commit.time().isBefore(since))
          && (until == null || !commit.time().isAfter(until))
          && (author == null || matches(commit.author(), author))
          && (committer == null || matches(commit.committer(), committer))
          && (actor == null || commit.committer().id().equals(actor))
          && (table == null || touches(commit));
    }

    private static boolean matches(Actor actor, String part) {
      return (actor.name() + " <" + actor.email() + "> " + actor.id())
          .toLowerCase(Locale.ROOT)
          .contains(part.toLowerCase(Locale.ROOT));
    }

    private boolean touches(CommitState commit) {
      return commit.changed().stream().map(TableEntry::name).anyMatch(table::equals)
          || commit.removed().contains(table);
    }
  }

  /** A page of commits; {@code total} counts all that match. */
  public record Page(List<CommitState> commits, int total, boolean hasMore) {}

  private LogService() {}

  /**
   * @param heads where to start
   * @param excluded whose history is left out, for {@code a..b}
   */
  public static Page log(
      RepositoryState state,
      Collection<CommitState> heads,
      Collection<CommitState> excluded,
      Filter filter,
      int offset,
      int limit) {
    StateGraph graph = new StateGraph(state.commits());
    List<CommitId> from =
        heads.stream().map(commit -> new CommitId(commit.id())).distinct().toList();
    List<CommitId> without = excluded.stream().map(commit -> new CommitId(commit.id())).toList();
    List<CommitState> page = new ArrayList<>();
    int total = 0;
    for (CommitId id : new Ancestry(graph).log(from).excluding(without)) {
      CommitState commit = state.commits().byId().get(id.hex());
      if (commit.root() || !filter.accepts(commit)) {
        continue;
      }
      if (total >= offset && page.size() < limit) {
        page.add(commit);
      }
      total++;
    }
    return new Page(page, total, offset + page.size() < total);
  }
}
