package dev.epoch.engine.state;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.pcollections.PCollectionsModule;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.table.TableEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * A repository's state as bytes, for snapshots. Commits are written with what they changed, and get
 * their trees back from their parents, so that they share structure again.
 */
public final class StateCodec {
  /** Changes with the shape of the state; snapshots of other formats are ignored. */
  public static final int FORMAT = 7;

  private static final ObjectMapper JSON =
      RecordCodec.json().copy().registerModule(new PCollectionsModule());

  private StateCodec() {}

  private record Snapshot(
      Profile profile,
      long version,
      Storages storages,
      Tables tables,
      Branches branches,
      Tags tags,
      List<Commit> commits,
      PMap<UUID, OperationState> operations,
      Sessions sessions,
      List<RememberedOutcome> outcomes) {}

  private record Commit(
      String id,
      List<String> parents,
      Actor author,
      Actor committer,
      String message,
      Instant time,
      int generation,
      long position,
      List<TableEntry> changed,
      List<String> removed) {}

  private record RememberedOutcome(String key, Outcome.Done done, Outcome.Refused refused) {}

  public static byte[] encode(RepositoryState state) {
    List<Commit> commits =
        state.commits().byId().values().stream()
            .sorted(Comparator.comparingInt(CommitState::generation))
            .map(c ->
                new Commit(
                    c.id(),
                    c.parents(),
                    c.author(),
                    c.committer(),
                    c.message(),
                    c.time(),
                    c.generation(),
                    c.position(),
                    c.changed(),
                    c.removed()))
            .toList();
    List<RememberedOutcome> outcomes = new ArrayList<>();
    for (String key : state.outcomes().order()) {
      switch (state.outcomes().byKey().get(key)) {
        case Outcome.Done done -> outcomes.add(new RememberedOutcome(key, done, null));
        case Outcome.Refused refused -> outcomes.add(new RememberedOutcome(key, null, refused));
      }
    }
    try {
      return JSON.writeValueAsBytes(
          new Snapshot(
              state.profile(),
              state.version(),
              state.storages(),
              state.tables(),
              state.branches(),
              state.tags(),
              commits,
              state.operations(),
              state.sessions(),
              outcomes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static RepositoryState decode(byte[] bytes) {
    try {
      Snapshot snapshot = JSON.readValue(bytes, Snapshot.class);
      Commits commits = Commits.NONE;
      for (Commit commit : snapshot.commits()) {
        commits = commits.with(restored(commit, commits));
      }
      Outcomes outcomes = Outcomes.NONE;
      for (RememberedOutcome outcome : snapshot.outcomes()) {
        outcomes =
            outcomes.with(
                outcome.key(), outcome.done() != null ? outcome.done() : outcome.refused());
      }
      return new RepositoryState(
          snapshot.profile(),
          snapshot.version(),
          snapshot.storages(),
          snapshot.tables(),
          snapshot.branches(),
          snapshot.tags(),
          commits,
          snapshot.operations(),
          snapshot.sessions(),
          outcomes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CommitState restored(Commit commit, Commits earlier) {
    PMap<String, TableEntry> tree =
        commit.parents().isEmpty()
            ? HashTreePMap.empty()
            : earlier.byId().get(commit.parents().getFirst()).tree().minusAll(commit.removed());
    for (TableEntry entry : commit.changed()) {
      tree = tree.plus(entry.name(), entry);
    }
    return new CommitState(
        commit.id(),
        commit.parents(),
        commit.author(),
        commit.committer(),
        commit.message(),
        commit.time(),
        commit.generation(),
        commit.position(),
        commit.changed(),
        commit.removed(),
        tree);
  }
}
