package dev.epoch.cli.command;

import dev.epoch.client.Branch;
import dev.epoch.client.Commit;
import dev.epoch.client.Commits;
import dev.epoch.client.EpochClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Reads the history page by page and hands on each commit as it comes. */
final class HistoryReader {

  /** Commits asked for at once; the server's usual page. */
  static final int PAGE = 100;

  private final EpochClient client;
  private final Commits.Selection selection;
  private Commit.Page lastPage;

  HistoryReader(EpochClient client, Commits.Selection selection) {
    this.client = Objects.requireNonNull(client, "client");
    this.selection = Objects.requireNonNull(selection, "selection");
  }

  /** Takes one commit and says whether it wants more. */
  @FunctionalInterface
  interface Sink {
    boolean accept(Commit commit);
  }

  /** How many commits the server says there are. */
  long total() {
    return lastPage == null ? 0 : lastPage.total();
  }

  /** Whether the server has more than was read. */
  boolean hasMore() {
    return lastPage != null && lastPage.hasMore();
  }

  /**
   * Reads from the start.
   *
   * @param maximum null for all
   */
  void read(Integer maximum, Sink sink) {
    long wanted = maximum == null ? Long.MAX_VALUE : maximum;
    long taken = 0;
    do {
      int limit = (int) Math.min(PAGE, wanted - taken);
      if (limit <= 0) {
        return;
      }
      lastPage = client.commits().list(selection.from(taken, limit));
      for (Commit commit : lastPage.commits()) {
        taken++;
        if (!sink.accept(commit)) {
          return;
        }
      }
    } while (lastPage.hasMore() && !lastPage.commits().isEmpty());
  }

  /**
   * Reads what can be reached from the target, which is where the selection starts, and not from
   * the base.
   */
  void between(String base, String target, Integer maximum, Sink sink) {
    List<Commit> members = members(client.branches().compare(target, base), target);
    long wanted = maximum == null ? Long.MAX_VALUE : maximum;
    if (!selection.filtered()) {
      members.stream().limit(wanted).takeWhile(sink::accept).forEach(taken -> {});
      return;
    }
    Set<String> ids = new HashSet<>();
    members.forEach(member -> ids.add(member.id()));
    long[] taken = {0};
    read(
        null, commit -> !ids.contains(commit.id()) || (taken[0]++ < wanted && sink.accept(commit)));
  }

  /** Commits come children first, so what the merge base reaches is known before it is seen. */
  private List<Commit> members(Branch.Comparison comparison, String target) {
    List<Commit> members = new ArrayList<>();
    if (comparison.ahead() == 0) {
      return members;
    }
    Set<String> excluded = new HashSet<>();
    if (comparison.mergeBase() != null) {
      excluded.add(comparison.mergeBase());
    }
    new HistoryReader(client, Commits.Selection.of(target, PAGE))
        .read(
            null,
            commit -> {
              if (excluded.contains(commit.id())) {
                excluded.addAll(commit.parents());
                return true;
              }
              members.add(commit);
              return members.size() < comparison.ahead();
            });
    return members;
  }
}
