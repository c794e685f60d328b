package dev.epoch.gateway.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.TagState;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.branch.TagService;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.ChangeQuery;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.WriteResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Stashes: uncommitted changes of a branch, put away in a commit that a tag of a reserved name
 * keeps.
 */
public final class StashService {
  /** What names of their tags begin with; then the branch's id and the commit's. */
  public static final String PREFIX = "stash/";

  private final ResetService resets;
  private final TagService tags;
  private final DiffService diffs;
  private final ReadService reads;
  private final ApplyService applications;

  public StashService(
      ResetService resets,
      TagService tags,
      DiffService diffs,
      ReadService reads,
      ApplyService applications) {
    this.resets = resets;
    this.tags = tags;
    this.diffs = diffs;
    this.reads = reads;
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
    BranchState target = References.branch(repository.state(), branch);
    String name = PREFIX + target.id() + "/" + moved.saved();
    if (repository.state().tags().byName().get(name) == null) {
      tags.create(
          repository, new TagService.Request(name, moved.saved(), text, false), caller.another());
    }
    return list(repository.state(), target).stream()
        .filter(stash -> stash.tag().name().equals(name))
        .findFirst()
        .orElseThrow();
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
   */
  public WriteResult apply(LiveRepository repository, String branch, int number, Caller caller) {
    RepositoryState state = repository.state();
    Stash stash = find(state, branch, number);
    return applications.apply(
        repository,
        new ApplyService.Request(branch, changes(state, stash.commit()), false, false),
        caller.another());
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

  /** Of updates the fields that it changed, and no others. */
  private List<GivenChange> changes(RepositoryState state, CommitState stash) {
    CommitState parent = state.commits().byId().get(stash.parents().getFirst());
    Snapshot before = Snapshot.of(state, parent, parent.id());
    Snapshot after = Snapshot.of(state, stash, stash.id());
    List<GivenChange> changes = new ArrayList<>();
    for (TableEntry entry : stash.changed()) {
      TableHandle table = after.table(entry.name()).handle();
      ValueCodec values = reads.values(state, table);
      try (RowStream<RowChange> rows =
          diffs.changes(before, after, entry.name(), ChangeQuery.all())) {
        while (rows.hasNext()) {
          changes.add(change(table, values, rows.next()));
        }
      }
    }
    return changes;
  }

  private static GivenChange change(TableHandle table, ValueCodec values, RowChange change) {
    boolean update = change.kind() == RowChange.Kind.UPDATE;
    Row other = update ? change.after() : null;
    Row row = change.after() == null ? change.before() : change.after();
    TableSchema schema = table.schema();
    Map<String, JsonNode> key = new LinkedHashMap<>();
    for (String name : schema.primaryKey()) {
      int i = schema.indexOf(name);
      key.put(name, values.toJson(schema.columns().get(i).type(), row.get(i)));
    }
    return new GivenChange(
        table.name(),
        change.kind(),
        key,
        change.before() == null ? null : image(schema, values, change.before(), other),
        change.after() == null
            ? null
            : image(schema, values, change.after(), update ? change.before() : null));
  }

  /** Where there is another row, only columns that differ from it. */
  private static Map<String, JsonNode> image(
      TableSchema schema, ValueCodec values, Row row, Row other) {
    Map<String, JsonNode> image = new LinkedHashMap<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      if (other == null || !Objects.equals(row.get(i), other.get(i))) {
        image.put(
            schema.columns().get(i).name(),
            values.toJson(schema.columns().get(i).type(), row.get(i)));
      }
    }
    return image;
  }
}
