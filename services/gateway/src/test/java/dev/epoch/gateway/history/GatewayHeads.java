package dev.epoch.gateway.history;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.commit.CommitService;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.record.RowWrite;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A repository in this process with a table {@code t (id int primary key)}. */
public final class GatewayHeads implements HeadStore {
  private static final Actor CLIENT = new Actor("client", "Client", "client@example.com");

  private final VersioningServer server;
  private final LiveRepository repository;

  public GatewayHeads(VersioningServer server, LiveRepository repository) {
    this.server = server;
    this.repository = repository;
  }

  @Override
  public Head read(String name) {
    return repository.state().branch(name).map(GatewayHeads::head).orElse(Head.ABSENT);
  }

  private static Head head(BranchState branch) {
    return new Head(branch.id(), branch.head());
  }

  @Override
  public void write(int number, String name) {
    RepositoryState state = repository.state();
    state
        .branch(name)
        .ifPresent(branch -> {
          try {
            server
                .workingSets()
                .write(
                    state,
                    branch,
                    "t",
                    List.of(new RowWrite.Upsert(Map.of("id", IntNode.valueOf(number)))),
                    caller());
          } catch (StorageException | RefusedException gone) {
            // the branch was deleted or moved meanwhile; there is nothing to commit then
          }
        });
  }

  @Override
  public Answer commit(int number, String name, String expected) {
    return answer(() -> {
      CommitService.Committed committed =
          server
              .commits()
              .commit(
                  repository,
                  new CommitService.Request(
                      name, Integer.toString(number), CLIENT, List.of(), true, expected),
                  caller());
      Head after = head(committed.state().branch(name).orElseThrow());
      return new Moved(
          new Head(after.branch(), committed.commit().parents().getFirst()),
          new Head(after.branch(), committed.commit().id()),
          committed.position());
    });
  }

  @Override
  public Answer merge(int number, String source, String target, String expected) {
    return answer(() -> {
      MergeService.Merged merged =
          server
              .merges()
              .merge(
                  repository,
                  new MergeService.Request(
                      target,
                      source,
                      null,
                      Integer.toString(number),
                      CLIENT,
                      null,
                      false,
                      true,
                      false,
                      expected),
                  caller());
      String branch = merged.state().branch(merged.target()).orElseThrow().id();
      Head after = new Head(branch, merged.result().id());
      if (merged.upToDate()) {
        return new Unchanged(after);
      }
      Head before =
          merged.fastForward()
              ? expected == null ? null : new Head(branch, expected)
              : new Head(branch, firstParent(merged));
      return new Moved(before, after, merged.position());
    });
  }

  /** The head before the merge, and before the commit of live changes that it may have made. */
  private static String firstParent(MergeService.Merged merged) {
    String parent = merged.result().parents().getFirst();
    return parent.equals(merged.liveCommit())
        ? merged.state().commits().byId().get(parent).parents().getFirst()
        : parent;
  }

  @Override
  public Answer create(int number, String name, String from) {
    return answer(() -> {
      StepResult created = server.branches().create(repository, name, from, false, caller());
      BranchCreatedV1 event = created.event(BranchCreatedV1.class).orElseThrow();
      return new Moved(Head.ABSENT, new Head(event.branchId(), event.head()), created.position());
    });
  }

  @Override
  public Answer delete(int number, String name) {
    return answer(() -> {
      StepResult deleted = server.branches().delete(repository, name, true, caller());
      BranchDeletedV1 event = deleted.event(BranchDeletedV1.class).orElseThrow();
      return new Moved(new Head(event.branchId(), event.head()), Head.ABSENT, deleted.position());
    });
  }

  private static Caller caller() {
    return Caller.of(CLIENT, null);
  }

  private static Answer answer(Supplier<Answer> operation) {
    try {
      return operation.get();
    } catch (RefusedException refused) {
      Code code = refused.rejection().code();
      Head actual =
          switch (code) {
            case HEAD_MOVED -> new Head(null, (String) refused.rejection().details().get("head"));
            default -> null;
          };
      return new Refused(code.name(), actual);
    } catch (BusyException | PendingChangesException refused) {
      return new Refused(refused.getClass().getSimpleName(), null);
    }
  }

  @Override
  public Map<String, Head> heads() {
    Map<String, Head> heads = new TreeMap<>();
    repository
        .state()
        .branches()
        .byId()
        .values()
        .forEach(branch -> heads.put(branch.name(), head(branch)));
    return heads;
  }

  @Override
  public List<Stored> commits() {
    return repository.state().commits().byId().values().stream()
        .map(commit -> new Stored(commit.id(), commit.message(), commit.parents()))
        .toList();
  }
}
