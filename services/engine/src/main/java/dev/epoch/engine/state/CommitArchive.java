package dev.epoch.engine.state;

import dev.epoch.model.commit.GraphSegment;
import java.util.List;

/**
 * Where commits are kept whole that the state has in its graph only. What it answers never changes.
 */
@FunctionalInterface
public interface CommitArchive {
  /** Of a state that has all its commits whole. */
  CommitArchive NONE =
      number -> {
        throw new IllegalStateException("no segment " + number + " of commits is kept");
      };

  /**
   * The {@value GraphSegment#SIZE} commits of a segment, in the order of their numbers.
   *
   * @throws RuntimeException if they cannot be read now
   */
  List<CommitState> segment(int number);
}
