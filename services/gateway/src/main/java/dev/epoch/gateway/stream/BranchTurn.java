package dev.epoch.gateway.stream;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordType;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The turn of a command on a branch: one at a time works there, and one that was answered before
 * gets the answer that it had.
 *
 * <pre>
 *   answered before? -> find the branch -> registered in its databases -> lock
 *        ^                                                                 |
 *        +------------- another branch has the name by now ----------------+-> answered meanwhile? -> work
 * </pre>
 */
public final class BranchTurn {
  private final LiveRepository repository;
  private final RecordType command;
  private final Caller caller;

  public BranchTurn(LiveRepository repository, RecordType command, Caller caller) {
    this.repository = repository;
    this.command = command;
    this.caller = caller;
  }

  /** What a command does in its turn. */
  @FunctionalInterface
  public interface Work<T> {
    /** Both are of now, and the branch stays as it is, but for its rows. */
    public T on(RepositoryState state, BranchState branch);
  }

  /**
   * @param name of the branch
   * @param former makes the answer of a command that was answered before
   * @throws RefusedException if there is no such branch, or if the command was refused before
   */
  public <T> T on(String name, Function<StepResult, T> former, Work<T> work) {
    while (true) {
      RepositoryState before = repository.state();
      Optional<StepResult> answered = StepResult.former(before, command, caller);
      if (answered.isPresent()) {
        return former.apply(answered.get());
      }
      BranchState named = References.branch(before, name);
      repository.awaitRegistered(named.name());
      ReentrantLock lock = repository.branchLock(named.id());
      lock.lock();
      try {
        RepositoryState state = repository.state();
        answered = StepResult.former(state, command, caller);
        if (answered.isPresent()) {
          return former.apply(answered.get());
        }
        Optional<BranchState> branch = state.branch(name);
        if (branch.filter(now -> now.id().equals(named.id())).isPresent()) {
          return work.on(state, branch.get());
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
