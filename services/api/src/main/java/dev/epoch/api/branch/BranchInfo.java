package dev.epoch.api.branch;

import dev.epoch.api.commit.HistoryReader;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.projections.history.BranchRow;
import dev.epoch.projections.history.CommitRow;
import dev.epoch.projections.history.HistoryReads.Divergence;
import io.smallrye.mutiny.Uni;

/** A branch, what is on it, and how it stands against the default branch. */
public final class BranchInfo {
  private BranchInfo() {}

  /** The branch of this name; fails if there is none. */
  public static Uni<BranchView.Info> of(
      RepositoryState state, HistoryReader.View view, String name) {
    return view.branch(name)
        .chain(branch ->
            Uni.combine()
                .all()
                .unis(view.defaultBranch(), view.current(), view.at(branch.head()))
                .asTuple()
                .chain(with ->
                    view.compare(branch.head(), with.getItem1().head())
                        .map(diverged ->
                            info(
                                state,
                                branch,
                                with.getItem1(),
                                with.getItem2(),
                                with.getItem3(),
                                diverged))));
  }

  private static BranchView.Info info(
      RepositoryState state,
      BranchRow branch,
      BranchRow standard,
      BranchRow current,
      CommitRow head,
      Divergence diverged) {
    return new BranchView.Info(
        BranchView.of(state, branch),
        branch.id().equals(current.id()),
        standard.name(),
        diverged.ahead(),
        diverged.behind(),
        head.history(),
        head.tableCount(),
        head.recordCount(),
        branch.merging());
  }
}
