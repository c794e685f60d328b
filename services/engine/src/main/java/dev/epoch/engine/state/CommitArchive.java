package dev.epoch.engine.state;

import dev.epoch.model.commit.GraphSegment;

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
   * A segment with its {@value GraphSegment#SIZE} commits.
   *
   * @throws RuntimeException if they cannot be read now
   */
  CommitSegment segment(int number);
}
