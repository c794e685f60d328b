package dev.epoch.gateway.record;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.TagState;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.branch.TagService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.record.WriteResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stashes: uncommitted changes of a branch, put away in a commit that a tag of a reserved name
 * keeps.
 */
public final class StashService {
  /**
   * What names of their tags begin with; then the ids of the branch, of the commit that the changes
   * are on, and of the commit with them. Between those may be another, of changes that came while
   * the first were put away.
   */
  public static final String PREFIX = "stash/";

  private final ResetService resets;
  private final TagService tags;
  private final CommitChanges changes;
  private final ApplyService applications;

  public StashService(
      ResetService resets, TagService tags, CommitChanges changes, ApplyService applications) {
    this.resets = resets;
    this.tags = tags;
    this.changes = changes;
    this.applications = applications;
  }

  /**
   * A stash.
   *
   * @param number 0 for the latest of the branch
   * @param tag that keeps it
   * @param commit with the changes, on what was the head then
   */
  public record Stash(int number, TagState tag, CommitState commit) {}

  /**
   * Puts the uncommitted changes of a branch away; the branch is as its head says then.
   *
   * @param message of the author, or null
   * @throws RefusedException if there are none
   */
  public Stash push(LiveRepository repository, String branch, String message, Caller caller) {
    String text = message == null || message.isBlank() ? "WIP on " + branch : message;
    ResetService.Moved moved = resets.hard(repository, branch, "HEAD", null, text, caller);
    if (moved.saved() == null) {
      throw new RefusedException(
          Code.NOTHING_TO_COMMIT,
          "No uncommitted changes to stash on branch '" + branch + "'",
          Map.of("branch", branch));
    }
    Optional<BranchState> there = repository.state().branch(branch);
    if (there.isEmpty()) {
      // deleted since it was done the first time
      return gone(repository.state(), PREFIX + moved.saved(), moved.saved(), caller);
    }
    BranchState target = there.get();
    String name = PREFIX + target.id() + "/" + moved.former() + "/" + moved.saved();
    tags.create(
        repository,
        new TagService.Request(name, moved.saved(), text, false),
        caller.anotherOfRequest());
    return list(repository.state(), target).stream()
        .filter(stash -> stash.tag().name().equals(name))
        .findFirst()
        .orElseGet(() -> gone(repository.state(), name, moved.saved(), caller));
  }

  /**
   * What a repeated request is answered when its stash was popped or dropped since, or its branch
   * deleted.
   */
  private static Stash gone(RepositoryState state, String name, String id, Caller caller) {
    CommitState commit = state.commits().byId().get(id);
    return new Stash(
        0, new TagState(name, id, commit.message(), caller.actor(), commit.time()), commit);
  }

  /** The stashes of a branch, the latest first. */
  public List<Stash> list(RepositoryState state, BranchState branch) {
    List<TagState> found =
        state.tags().byName().values().stream()
            .filter(tag -> tag.name().startsWith(PREFIX + branch.id() + "/"))
            .sorted(Comparator.comparing(TagState::createdAt).reversed())
            .toList();
    List<Stash> stashes = new ArrayList<>();
    for (TagState tag : found) {
      stashes.add(new Stash(stashes.size(), tag, state.commits().byId().get(tag.commit())));
    }
    return stashes;
  }

  /**
   * Makes the changes of a stash again, as uncommitted ones. Fields that it did not change may be
   * others by now.
   *
   * @throws DiffDoesNotApplyException if records are not as they were where it changed them
   * @throws RefusedException if it changed schemas, too
   */
  public WriteResult apply(LiveRepository repository, String branch, int number, Caller caller) {
    RepositoryState state = repository.state();
    Stash stash = find(state, branch, number);
    String base = stash.tag().name().split("/")[2];
    CommitState parent = state.commits().byId().get(base);
    requireRowsAlone(stash, parent);
    return applications.apply(
        repository,
        new ApplyService.Request(
            branch, changes.between(state, parent, stash.commit()), false, false),
        caller.another());
  }

  private static void requireRowsAlone(Stash stash, CommitState parent) {
    List<String> tables =
        stash.commit().tree().values().stream()
            .filter(entry -> {
              TableEntry former = parent.tree().get(entry.name());
              return former != null && !former.schemaHash().equals(entry.schemaHash());
            })
            .map(TableEntry::name)
            .sorted()
            .toList();
    if (!tables.isEmpty()) {
      throw new RefusedException(
          Code.SCHEMA_CHANGED,
          "Stash %d changed the schema of %s, and only rows come back uncommitted"
              .formatted(stash.number(), String.join(", ", tables)),
          Map.of(
              "tables",
              tables,
              "remedy",
              "epoch cherry-pick %s brings rows and schema in a commit; then epoch stash drop %d"
                  .formatted(stash.commit().id().substring(0, 7), stash.number())));
    }
  }

  /** {@link #apply}, then {@link #drop}. */
  public WriteResult pop(LiveRepository repository, String branch, int number, Caller caller) {
    RepositoryState state = repository.state();
    if (StepResult.former(state, RecordType.DELETE_TAG_V1, caller).isPresent()) {
      return new WriteResult(0, 0, 0, 0);
    }
    Stash stash = find(state, branch, number);
    WriteResult applied = apply(repository, branch, number, caller);
    tags.delete(repository, stash.tag().name(), caller);
    return applied;
  }

  /** Forgets a stash; its commit stays until a cleanup. */
  public void drop(LiveRepository repository, String branch, int number, Caller caller) {
    RepositoryState state = repository.state();
    if (StepResult.former(state, RecordType.DELETE_TAG_V1, caller).isEmpty()) {
      tags.delete(repository, find(state, branch, number).tag().name(), caller);
    }
  }

  private Stash find(RepositoryState state, String branch, int number) {
    return list(state, References.branch(state, branch)).stream()
        .filter(stash -> stash.number() == number)
        .findFirst()
        .orElseThrow(() ->
            new RefusedException(
                Code.TAG_NOT_FOUND,
                "Branch '" + branch + "' has no stash " + number,
                Map.of("branch", branch, "remedy", "epoch stash list")));
  }
}
