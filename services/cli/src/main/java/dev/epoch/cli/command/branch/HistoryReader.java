package dev.epoch.cli.command.branch;

import dev.epoch.client.EpochClient;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.Commits;
import java.util.Objects;

/** Reads the history page by page and hands on each commit as it comes. */
public final class HistoryReader {

  /** Commits asked for at once; the server's usual page. */
  public static final int PAGE = 100;

  private final EpochClient client;
  private final Commits.Selection selection;
  private Commit.Page lastPage;

  public HistoryReader(EpochClient client, Commits.Selection selection) {
    this.client = Objects.requireNonNull(client, "client");
    this.selection = Objects.requireNonNull(selection, "selection");
  }

  /** Takes one commit and says whether it wants more. */
  @FunctionalInterface
  public interface Sink {
    boolean accept(Commit commit);
  }

  /** How many commits the server says there are. */
  public long total() {
    return lastPage == null ? 0 : lastPage.total();
  }

  /** Whether the server has more than was read. */
  public boolean hasMore() {
    return lastPage != null && lastPage.hasMore();
  }

  /**
   * Reads from the start.
   *
   * @param maximum null for all
   */
  public void read(Integer maximum, Sink sink) {
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
}
