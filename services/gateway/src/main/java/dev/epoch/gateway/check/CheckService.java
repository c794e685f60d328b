package dev.epoch.gateway.check;

import dev.epoch.engine.state.CheckState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddCheckV1;
import dev.epoch.events.command.RemoveCheckV1;
import dev.epoch.events.command.SetCommitStatusV1;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.query.QueryResult;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks: add, remove, try. They run by themselves in operations. */
public final class CheckService {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final ReadService reads;

  public CheckService(ReadService reads) {
    this.reads = reads;
  }

  /**
   * What a check finds.
   *
   * @param check its name
   * @param found the first rows; empty if it could not be run
   * @param failure why it could not be run, or null
   */
  public record Result(String check, Optional<QueryResult> found, String failure) {
    public boolean passes() {
      return found.filter(rows -> rows.rows().isEmpty()).isPresent();
    }
  }

  /**
   * Adds a check whose query can be run now. Rows that it finds now do not hinder it: they hinder
   * the next commit or merge that it is for.
   *
   * @param snapshot the tables that it is tried on
   * @throws QueryRefusedException if the query is none, or does not fit the tables
   */
  public CheckState add(
      LiveRepository repository, AddCheckV1 command, Snapshot snapshot, Caller caller) {
    if (StepResult.former(repository.state(), RecordType.ADD_CHECK_V1, caller).isEmpty()
        && command.sql() != null
        && !snapshot.tables().isEmpty()) {
      reads.query(snapshot, command.sql(), List.of(), 1, LONGEST);
    }
    StepResult added = repository.step(command, caller).orRefuse();
    return Optional.ofNullable(added.state().profile().checks().get(command.name()))
        .orElseThrow(() -> notFound(command.name()));
  }

  public StepResult remove(LiveRepository repository, String name, Caller caller) {
    return repository.step(new RemoveCheckV1(name), caller).orRefuse();
  }

  /** What somebody says about a commit. */
  public StepResult setStatus(LiveRepository repository, SetCommitStatusV1 command, Caller caller) {
    return repository.step(command, caller).orRefuse();
  }

  /** The check of this name. */
  public static CheckState named(RepositoryState state, String name) {
    return Optional.ofNullable(state.profile().checks().get(name))
        .orElseThrow(() -> notFound(name));
  }

  /**
   * Runs checks, changing nothing.
   *
   * @param names of the checks, empty for all
   * @param limit most rows of each
   */
  public List<Result> run(Snapshot snapshot, List<String> names, int limit) {
    RepositoryState state = snapshot.state();
    List<CheckState> chosen =
        names.isEmpty()
            ? state.profile().checks().values().stream()
                .sorted(Comparator.comparing(CheckState::name))
                .toList()
            : names.stream().map(name -> named(state, name)).toList();
    return chosen.stream().map(check -> run(snapshot, check, limit)).toList();
  }

  private Result run(Snapshot snapshot, CheckState check, int limit) {
    try {
      return new Result(
          check.name(),
          Optional.of(reads.query(snapshot, check.sql(), List.of(), limit, LONGEST)),
          null);
    } catch (QueryRefusedException | QueryTimeoutException | RefusedException failure) {
      return new Result(check.name(), Optional.empty(), failure.getMessage());
    }
  }

  private static RefusedException notFound(String name) {
    return new RefusedException(
        Code.CHECK_NOT_FOUND,
        "There is no check '" + name + "'",
        Map.of("check", name, "remedy", "epoch check list"));
  }
}
