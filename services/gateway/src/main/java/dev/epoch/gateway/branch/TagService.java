package dev.epoch.gateway.branch;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordType;
import dev.epoch.events.command.CreateTagV1;
import dev.epoch.events.command.DeleteTagV1;
import dev.epoch.gateway.storage.CleanupService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.CleanupGuard;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.StepResult;
import java.util.Optional;

/** Tags: in the log alone, databases know nothing of them. */
public final class TagService {
  private final CleanupService cleanups;

  public TagService(CleanupService cleanups) {
    this.cleanups = cleanups;
  }

  /**
   * What to tag.
   *
   * @param name of the tag
   * @param target ref of the commit, null for the head of the caller's branch
   * @param message of the author, or null
   * @param force whether a tag of this name may be taken from another commit
   */
  public record Request(String name, String target, String message, boolean force) {}

  public StepResult create(LiveRepository repository, Request request, Caller caller) {
    RepositoryState state = repository.state();
    Optional<StepResult> former = StepResult.former(state, RecordType.CREATE_TAG_V1, caller);
    if (former.isPresent()) {
      return former.get();
    }
    BranchState current = state.currentBranch(caller.actor().id());
    String target =
        request.target() == null || request.target().equals("HEAD")
            ? current.name()
            : request.target();
    CommitState commit = new References(state, current).commit(target);
    CreateTagV1 command =
        new CreateTagV1(request.name(), commit.id(), target, request.message(), request.force());
    try (CleanupGuard.Use _ = cleanups.use(repository, commit)) {
      return repository.step(command, caller).orRefuse();
    }
  }

  public StepResult delete(LiveRepository repository, String name, Caller caller) {
    return repository.step(new DeleteTagV1(name), caller).orRefuse();
  }
}
