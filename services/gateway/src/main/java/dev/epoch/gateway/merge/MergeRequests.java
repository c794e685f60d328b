package dev.epoch.gateway.merge;

import dev.epoch.engine.processing.MergeRequestProcessor;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.MergeRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CloseMergeRequestV1;
import dev.epoch.events.command.RequestMergeV1;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.error.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Merges that wait until they are allowed: approved, by whom it takes. Each is tried as whoever
 * asked for it; one that conflicts, or that a check or hook refuses, is tried again when its target
 * has moved, or after some minutes.
 */
public final class MergeRequests {
  private static final Logger LOG = Logger.getLogger(MergeRequests.class.getName());
  private static final Duration BETWEEN_TRIES = Duration.ofMinutes(5);

  private final MergeService merges;
  private final Clock clock;
  private final Map<String, Failure> failures = new ConcurrentHashMap<>();

  public MergeRequests(MergeService merges, Clock clock) {
    this.merges = merges;
    this.clock = clock;
  }

  /** A try that came to nothing. */
  private record Failure(String commit, String targetHead, Instant time, String message) {}

  /**
   * A merge that waits.
   *
   * @param waitsFor why
   */
  public record Waiting(String target, String source, MergeRequest request, String waitsFor) {}

  /**
   * Asks for a merge.
   *
   * @param message of the merge commit, or null
   */
  public StepResult request(
      LiveRepository repository,
      String target,
      String source,
      String message,
      Actor author,
      Caller caller) {
    BranchState branch = References.branch(repository.state(), source);
    return repository
        .step(new RequestMergeV1(target, source, branch.head(), message, author), caller)
        .orRefuse();
  }

  /** Asks for it no more. */
  public StepResult withdraw(
      LiveRepository repository, String target, String source, Caller caller) {
    return close(repository, target, source, "withdrawn", caller);
  }

  private static StepResult close(
      LiveRepository repository, String target, String source, String reason, Caller caller) {
    return repository.step(new CloseMergeRequestV1(target, source, reason), caller).orRefuse();
  }

  /** All that wait, by target and source. */
  public List<Waiting> list(RepositoryState state) {
    List<Waiting> all = new ArrayList<>();
    state
        .branches()
        .requests()
        .forEach((targetId, requests) ->
            requests.values().forEach(request -> all.add(waiting(state, targetId, request))));
    all.sort(Comparator.comparing(Waiting::target).thenComparing(Waiting::source));
    return all;
  }

  private Waiting waiting(RepositoryState state, String targetId, MergeRequest request) {
    BranchState target = state.branches().byId().get(targetId);
    Failure failure = failures.get(key(targetId, request));
    String why =
        MergeRequestProcessor.waitsFor(state, target, request)
            .map(Rejection::message)
            .orElse(
                failure != null && failure.commit().equals(request.commit())
                    ? failure.message()
                    : "its turn");
    String source = state.branches().byId().get(request.sourceBranchId()).name();
    return new Waiting(target.name(), source, request, why);
  }

  private static String key(String targetId, MergeRequest request) {
    return targetId + "/" + request.sourceBranchId();
  }

  /** Looks at each that waits once. */
  public void look(LiveRepository repository) {
    RepositoryState state = repository.state();
    state
        .branches()
        .requests()
        .forEach((targetId, requests) ->
            requests.values().forEach(request -> consider(repository, state, targetId, request)));
  }

  private void consider(
      LiveRepository repository, RepositoryState state, String targetId, MergeRequest request) {
    BranchState target = state.branches().byId().get(targetId);
    BranchState source = state.branches().byId().get(request.sourceBranchId());
    String key = key(targetId, request);
    try {
      boolean merged = MergeRequestProcessor.isMerged(state, target, request.commit());
      if (merged || !source.head().equals(request.commit())) {
        close(
            repository,
            target.name(),
            source.name(),
            merged ? "merged" : "moved",
            Caller.of(Actor.AUTO_MERGE, null));
        failures.remove(key);
      } else if (target.operation() == null
          && !isTooEarly(key, target, request)
          && MergeRequestProcessor.waitsFor(state, target, request).isEmpty()) {
        merge(repository, target, source, request);
        failures.remove(key);
      }
    } catch (RefusedException refusal) {
      if (refusal.rejection().code() != Code.BRANCH_BUSY) {
        failed(key, target, request, refusal.rejection().message());
      }
    } catch (StorageException | dev.epoch.gateway.stream.InDoubtException later) {
      LOG.log(Level.FINE, later, () -> source.name() + " is merged later");
    } catch (RuntimeException failure) {
      failed(key, target, request, "the merge failed: " + failure.getMessage());
      LOG.log(Level.WARNING, failure, () -> source.name() + " is not merged");
    }
  }

  private void merge(
      LiveRepository repository, BranchState target, BranchState source, MergeRequest request) {
    String message =
        request.message() == null
            ? "Merge branch '" + source.name() + "' into " + target.name()
            : request.message();
    merges.merge(
        repository,
        new MergeService.Request(
            target.name(),
            request.commit(),
            null,
            message,
            request.author(),
            null,
            false,
            true,
            false,
            null),
        Caller.of(request.actor(), null));
    LOG.info(() -> source.name() + " was merged into " + target.name() + ", as was asked for");
  }

  private boolean isTooEarly(String key, BranchState target, MergeRequest request) {
    return Optional.ofNullable(failures.get(key))
        .filter(failure -> failure.commit().equals(request.commit()))
        .filter(failure -> failure.targetHead().equals(target.head()))
        .filter(failure -> clock.instant().isBefore(failure.time().plus(BETWEEN_TRIES)))
        .isPresent();
  }

  private void failed(String key, BranchState target, MergeRequest request, String why) {
    failures.put(key, new Failure(request.commit(), target.head(), clock.instant(), why));
  }
}
