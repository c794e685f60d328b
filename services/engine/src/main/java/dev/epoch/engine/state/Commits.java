package dev.epoch.engine.state;

import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * The commit graph.
 *
 * @param byId every commit, in the order of ids
 * @param schemas by id of the commit: what was recorded of the schemas of its databases
 */
public record Commits(PSortedMap<String, CommitState> byId, PMap<String, CommitSchema> schemas) {
  public static final Commits NONE = new Commits(TreePMap.empty(), HashTreePMap.empty());

  /** The commit of this id; none for null. */
  public Optional<CommitState> of(String id) {
    return Optional.ofNullable(id).map(byId::get);
  }

  /** The commits whose ids begin like this, at most {@code limit} of them. */
  public List<CommitState> startingWith(String prefix, int limit) {
    return byId.tailMap(prefix, true).values().stream()
        .takeWhile(commit -> commit.id().startsWith(prefix))
        .limit(limit)
        .toList();
  }

  Commits with(CommitState commit) {
    return new Commits(byId.plus(commit.id(), commit), schemas);
  }

  Commits withSchema(String commit, CommitSchema schema) {
    return new Commits(byId, schemas.plus(commit, schema));
  }
}
