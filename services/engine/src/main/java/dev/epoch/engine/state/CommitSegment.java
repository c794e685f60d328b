package dev.epoch.engine.state;

import java.util.List;
import java.util.Map;

/**
 * What the archive keeps of a range of commits.
 *
 * @param commits in the order of their numbers
 * @param schemas what was recorded of schemas between the last commit of the segment before and the
 *     last one of this, by id of the commit; see {@link CommitSchemas}
 */
public record CommitSegment(List<CommitState> commits, Map<String, CommitSchema> schemas) {
  public CommitSegment {
    commits = List.copyOf(commits);
    schemas = Map.copyOf(schemas);
  }
}
