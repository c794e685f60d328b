package dev.epoch.storage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What the database's own clients ask of the server, and what it tells them of repositories, inside
 * the database. Commands wait in a queue there; several servers may take from it.
 */
public interface SqlSurface {
  /**
   * A command that a session has sent.
   *
   * @param id unique; the same whenever the command is taken again
   * @param verb what to do, {@code merge}
   * @param parameters as the session gave them; {@code current}: the branch that it stands on
   * @param role that the session logged in with
   */
  record Command(UUID id, String repository, String verb, ObjectNode parameters, String role) {}

  /**
   * How far sessions have been told of a repository.
   *
   * @param version of its log
   * @param commitVersion of it when the last commit was made that they see
   */
  record Published(long version, long commitVersion) {}

  /**
   * What sessions are to see of a repository. Objects have the columns of {@code epoch.commits},
   * {@code branches} and {@code open_conflicts}.
   *
   * @param version of its log
   * @param before the version that sessions were told of last; empty: none
   * @param commits those since
   * @param heads of all branches
   * @param conflicts of all open merges; null: as they were
   */
  record Publication(
      String repository,
      long version,
      Optional<Long> before,
      ArrayNode commits,
      ArrayNode heads,
      ArrayNode conflicts) {}

  /**
   * Calls back, on any thread and at once, when there may be commands to take, until it is closed.
   * Calls may be lost: look from time to time too.
   */
  AutoCloseable listen(Runnable wake);

  /**
   * Commands that nobody is at, oldest first; they are the caller's for a while.
   *
   * @param repositories whose commands to take
   * @param lease after which others may take them, unless {@link #renew}ed
   */
  List<Command> take(Collection<String> repositories, Duration lease, int most);

  /** The commands stay the caller's for another while. */
  void renew(Collection<UUID> commands, Duration lease);

  /** Answers a command; the first answer stays. */
  void answer(UUID command, ObjectNode answer);

  /** Empty if sessions were told nothing, or the database has nothing of Epoch. */
  Optional<Published> published(String repository);

  /**
   * Lets sessions see a repository as it is.
   *
   * @return false, and nothing changed, if they were last told of another version than {@link
   *     Publication#before}
   */
  boolean publish(Publication publication);

  /**
   * What is to be told of the schemas of two commits.
   *
   * @param from the target of a merge, too
   * @param to the source of a merge, too
   * @param changes objects with the columns of {@code epoch.schema_diff}
   * @param merge objects with the columns of {@code epoch.three_way_diff}; empty where that is not
   *     known
   */
  record Comparison(String from, String to, ArrayNode changes, Optional<ArrayNode> merge) {}

  /**
   * Lets sessions see what differs between schemas of commits, and what merges of them would meet.
   *
   * @param found to be kept for a week
   */
  void compared(String repository, List<Comparison> found);

  /** Commits whose objects sessions see. */
  Set<String> snapshots(String repository);

  /**
   * Lets sessions see the objects that a commit has recorded.
   *
   * @param objects with the columns of {@code epoch.object_snapshots}
   */
  void snapshot(String repository, String commit, ArrayNode objects);
}
