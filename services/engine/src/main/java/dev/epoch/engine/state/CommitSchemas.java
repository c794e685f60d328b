package dev.epoch.engine.state;

import dev.epoch.model.commit.GraphSegment;
import java.util.HashMap;
import java.util.Map;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * What is recorded of the schemas of commits, as far as it is not in the archive. A record mostly
 * follows its commit at once, so it goes to the archive with the segment of the commit or with the
 * next one:
 *
 * <pre>
 *   record of a commit of segment n, made before the last commit of segment n       in segment n
 *                                    made before the last commit of segment n + 1   in segment n + 1
 *                                    made later, as those that are filled in        here, always
 * </pre>
 *
 * Where a record is follows from the log alone: every server that writes a segment writes the same.
 *
 * @param here by id of the commit
 * @param numbers of all commits of which something is recorded, here or in the archive
 */
record CommitSchemas(PMap<String, Told> here, CommitNumbers numbers) {
  static final CommitSchemas NONE = new CommitSchemas(HashTreePMap.empty(), CommitNumbers.NONE);

  /**
   * A record.
   *
   * @param version of the stream at which it was made
   */
  record Told(CommitSchema schema, long version) {}

  CommitSchemas with(String commit, int number, CommitSchema schema, long version) {
    return new CommitSchemas(here.plus(commit, new Told(schema, version)), numbers.plus(number));
  }

  /** What belongs into a segment. */
  Map<String, CommitSchema> of(Commits commits, int segment) {
    Map<String, CommitSchema> found = new HashMap<>();
    here.forEach((commit, told) -> {
      if (segment(commits, commit, told) == segment) {
        found.put(commit, told.schema());
      }
    });
    return found;
  }

  /** Without what segments before this one have. */
  CommitSchemas archivedUpTo(Commits commits, int segments) {
    PMap<String, Told> left = here;
    for (Map.Entry<String, Told> one : here.entrySet()) {
      int segment = segment(commits, one.getKey(), one.getValue());
      if (segment >= 0 && segment < segments) {
        left = left.minus(one.getKey());
      }
    }
    return left == here ? this : new CommitSchemas(left, numbers);
  }

  /** The segment that a record belongs into; negative if into none yet, or never. */
  private static int segment(Commits commits, String commit, Told told) {
    int own = commits.number(commit) / GraphSegment.SIZE;
    for (int segment = own; segment <= own + 1; segment++) {
      int last = (segment + 1) * GraphSegment.SIZE - 1;
      if (last < commits.size() && told.version() <= commits.version(last)) {
        return segment;
      }
    }
    return -1;
  }
}
