package dev.epoch.engine;

import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.BranchExpiry;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.*;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.events.table.TableOrigin;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Clients, a shell and databases that act at random. Each step is given by a seed of its own and
 * looks at the state that it finds, so any part of a list of steps is a history too.
 */
public final class RandomHistory extends RandomClient {
  private final PhysicalWorld world = new PhysicalWorld();
  private final MergingShell merging = new MergingShell(repository, world);
  private final RandomAdministration administration = new RandomAdministration(this);
  private final RandomCatalog catalog = new RandomCatalog(this);
  private final List<String> told = new ArrayList<>();

  /** A command that was answered under a key. */
  public record Sent(Command command, Actor actor, String clientKey) {}

  public TestRepository repository() {
    return repository;
  }

  public PhysicalWorld world() {
    return world;
  }

  /** Commands that had an idempotency key. */
  public List<Sent> sent() {
    return sent;
  }

  /** What happened, a line per step. */
  public List<String> told() {
    return told;
  }

  /** One step. */
  public void step(long seed) {
    random = new Random(seed);
    int before = repository.log().size();
    if (random.nextInt(4) > 0) {
      repository.tick();
    }
    if (!repository.state().exists()) {
      send(new CreateRepositoryV1("shop", chance(2) ? null : "A shop", chance(3) ? "trunk" : null));
    } else if (!state().operations().isEmpty() && chance(4)) {
      settle();
    } else if (state().storages().byName().isEmpty()) {
      administration.storages();
    } else if (state().tables().idByName().isEmpty() && chance(30)) {
      send(new DeleteRepositoryV1("shop"));
    } else if (state().tables().idByName().isEmpty() && !chance(4)) {
      tables();
    } else {
      act(random.nextInt(492));
    }
    told.add(repository.log().subList(before, repository.log().size()).toString());
  }

  private void act(int choice) {
    if (choice < 88) {
      write();
    } else if (choice < 160) {
      commit();
    } else if (choice < 208) {
      settle();
    } else if (choice < 248) {
      merge();
    } else if (choice < 280) {
      decideMerge();
    } else if (choice < 312) {
      branches();
    } else if (choice < 336) {
      tables();
    } else if (choice < 352) {
      administration.storages();
    } else if (choice < 368) {
      stage();
    } else if (choice < 380) {
      send(new OpenRepositoryV1("shop"));
      if (chance(2)) {
        send(
            new UpdateRepositoryV1(
                null,
                "refuse",
                new dev.epoch.events.LiveCommits("changes", 10),
                RandomAdministration.someRules(),
                null));
        administration.protect();
      }
      send(new CheckoutBranchV1(anyBranchName()));
    } else if (choice < 388) {
      administration.tags();
      administration.checks();
      administration.roles();
      administration.roles();
    } else if (choice < 398) {
      nonsense();
    } else if (choice < 402) {
      send(new DeleteRepositoryV1("shop"));
    } else if (choice < 440) {
      replay();
    } else if (choice < 448) {
      recordSchema();
    } else if (choice < 468) {
      moves();
    } else {
      catalog.step();
    }
  }

  /** Several commits, one, or those that there are onto another branch. */
  private void replay() {
    BranchState branch = anyBranch();
    if (branch.replay() != null || (branch.merge() != null && chance(2))) {
      if (chance(4)) {
        settleSoon(send(new SkipCommitV1(branch.name())));
      } else if (branch.replay() != null) {
        Answer answer = send(new ContinueMergeV1(branch.name(), null, anyActor()));
        if (branch.merge() == null || branch.merge().remaining() == 0) {
          merging.proceed(answer, branch, random);
        }
        settleSoon(answer);
      }
      return;
    }
    String verb = List.of("revert", "cherry_pick", "rebase").get(random.nextInt(3));
    List<String> commits =
        state().commits().byId().values().stream()
            .filter(commit -> !commit.root() && sameTables(branch, commit))
            .filter(commit ->
                sameTables(branch, state().commits().byId().get(commit.parents().getFirst())))
            .map(CommitState::id)
            .sorted()
            .limit(1 + random.nextInt(3))
            .toList();
    if (commits.isEmpty()) {
      return;
    }
    boolean rebase = verb.equals("rebase");
    ReplayCommitsV1 command =
        new ReplayCommitsV1(
            branch.name(),
            verb,
            "some",
            chance(8) ? List.of("0".repeat(64)) : commits,
            chance(6) ? 1 : 0,
            rebase ? any(commits) : null,
            "three_way",
            null,
            chance(2) ? null : anyActor(),
            false,
            false,
            chance(4) ? branch.head() : null,
            "commit",
            chance(2) ? RandomAdministration.someRules() : null);
    Answer answer = send(command);
    merging.replay(answer, branch, command, random);
    settleSoon(answer);
  }

  private boolean sameTables(BranchState branch, CommitState commit) {
    return ids(state().head(branch)).equals(ids(commit));
  }

  private java.util.Set<String> ids(CommitState commit) {
    java.util.Set<String> ids = new java.util.TreeSet<>();
    commit.tree().values().stream()
        .map(dev.epoch.events.table.TableEntry::tableId)
        .filter(id -> !table(state(), id).removed())
        .forEach(ids::add);
    return ids;
  }

  private void moves() {
    BranchState branch = anyBranch();
    List<CommitState> commits =
        state().commits().byId().values().stream()
            .filter(commit -> !commit.root() && sameTables(branch, commit))
            .sorted(java.util.Comparator.comparing(CommitState::id))
            .toList();
    if (commits.isEmpty() || !world.changed(state(), branch.id()).isEmpty()) {
      return;
    }
    CommitState to = commits.get(random.nextInt(commits.size()));
    Answer answer =
        send(
            new ResetBranchV1(
                branch.name(),
                "there",
                chance(9) ? "0".repeat(64) : to.id(),
                null,
                chance(4) ? branch.head() : null));
    if (!answer.refused() && answer.former().isEmpty() && answer.decision().events().isEmpty()) {
      merging.move(answer, branch, to, "reset");
    }
    settleSoon(answer);
  }

  private void write() {
    List<Consumer<Integer>> writes = new ArrayList<>();
    for (BranchState branch : state().branches().byId().values()) {
      for (String table : state().tables().idByName().values()) {
        if (world.sees(branch.id(), table) && branch.merge() == null) {
          writes.add(key -> world.write(branch.id(), table, key, random.nextInt(3)));
        }
      }
    }
    if (!writes.isEmpty()) {
      writes.get(random.nextInt(writes.size())).accept(random.nextInt(5));
    }
  }

  private void commit() {
    BranchState branch = anyBranch();
    String expected =
        chance(3) ? branch.head() : chance(9) ? any(state().commits().byId().keySet()) : null;
    List<String> only = chance(4) ? List.of(any(TABLES)) : List.of();
    Answer answer =
        send(
            new CommitToBranchV1(
                chance(20) ? "nowhere" : branch.name(),
                chance(20) ? " " : "work " + random.nextInt(10),
                chance(9) ? null : anyActor(),
                only,
                chance(3),
                expected,
                world.changed(state(), branch.id()),
                chance(5)
                    ? chance(2) ? CommitToBranchV1.SCHEMA_ONLY : CommitToBranchV1.SCHEMA_CHANGED
                    : null));
    settleSoon(answer);
  }

  private void recordSchema() {
    String commit = chance(9) ? "nowhere" : any(state().commits().byId().keySet());
    Digest digest = Digest.of(new byte[] {(byte) random.nextInt(3)});
    send(
        new RecordCommitSchemaV1(
            commit,
            chance(3) ? Map.of() : Map.of("app", new RecordedSchema(digest, digest, 3)),
            chance(3) ? List.of("app") : List.of(),
            chance(2)));
  }

  private void settleSoon(Answer answer) {
    OperationState operation = state().operations().get(answer.command());
    if (operation != null && !chance(4)) {
      merging.settle(operation, random);
    }
  }

  private void settle() {
    if (!state().operations().isEmpty()) {
      merging.settle(state().operations().get(any(state().operations().keySet())), random);
    }
  }

  private void merge() {
    BranchState target = anyBranch();
    String source = anyBranchName();
    CommitState commit = state().branch(source).map(state()::head).orElse(state().head(target));
    String strategy =
        List.of("three_way", "three_way", "fast_forward", "ours").get(random.nextInt(4));
    Answer answer =
        send(
            new MergeBranchV1(
                target.name(),
                source,
                chance(30) ? "0".repeat(64) : commit.id(),
                strategy,
                chance(2) ? null : "Merge it",
                anyActor(),
                chance(6),
                false,
                chance(4) ? target.head() : null,
                chance(5) ? "refuse" : "commit",
                chance(2) ? RandomAdministration.someRules() : null,
                chance(4)));
    merging.go(answer, random);
    settleSoon(answer);
  }

  private void decideMerge() {
    List<BranchState> merges =
        state().branches().byId().values().stream()
            .filter(branch -> branch.merge() != null)
            .sorted(java.util.Comparator.comparing(BranchState::id))
            .toList();
    BranchState branch = merges.isEmpty() ? anyBranch() : merges.get(random.nextInt(merges.size()));
    if (chance(5)) {
      send(new ForgetResolutionsV1(chance(2) ? null : any(TABLES), List.of(), null, null, 1));
    }
    if (chance(5)) {
      send(new AbortMergeV1(branch.name()));
      return;
    }
    if (branch.merge() == null || (branch.merge().remaining() > 0 && !chance(6))) {
      long left = branch.merge() == null ? 0 : branch.merge().remaining();
      long resolved = left == 0 ? 0 : 1 + random.nextLong(left);
      send(
          new ResolveConflictsV1(
              branch.name(),
              chance(2) ? null : any(TABLES),
              chance(2) ? List.of() : List.of("1"),
              null,
              null,
              chance(2) ? "ours" : "value",
              Map.of("id", "1"),
              List.of(),
              false,
              resolved,
              left - resolved));
      return;
    }
    Answer answer =
        send(new ContinueMergeV1(branch.name(), chance(2) ? null : "Merged", anyActor()));
    merging.proceed(answer, branch, random);
    settleSoon(answer);
  }

  private BranchExpiry expiry() {
    return new BranchExpiry(repository.now().plusMillis(random.nextInt(20) - 4), chance(2));
  }

  private void branches() {
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> {
        BranchState from = anyBranch();
        Answer answer =
            send(
                new CreateBranchV1(
                    any(BRANCHES),
                    from.head(),
                    chance(4) ? null : from.name(),
                    chance(3),
                    chance(4) ? expiry() : null,
                    chance(6) ? Boolean.TRUE : null,
                    chance(6) ? Boolean.TRUE : null));
        if (answer.former().isEmpty() && !answer.refused()) {
          String id = answer.event(dev.epoch.events.event.BranchCreatedV1.class).branchId();
          world.fork(state(), state().branches().byId().get(id));
        }
      }
      case 3 -> send(new RenameBranchV1(anyBranchName(), any(BRANCHES)));
      case 4 -> {
        send(new ExpireBranchV1(anyBranchName(), chance(4) ? null : expiry()));
        BranchState source = anyBranch();
        String target = anyBranchName();
        send(
            new RequestMergeV1(
                target,
                source.name(),
                source.head(),
                chance(2) ? null : "as soon as you can",
                TestRepository.ALICE));
        if (chance(2)) {
          send(new CloseMergeRequestV1(target, source.name(), "withdrawn"));
        }
      }
      default -> {
        BranchState branch = anyBranch();
        send(
            new DeleteBranchV1(
                branch.name(),
                chance(2),
                !world.changed(state(), branch.id()).isEmpty(),
                chance(3) ? repository.now() : null));
      }
    }
  }

  private void tables() {
    if (chance(6)) {
      String on = chance(2) ? null : any(state().branches().byId().values()).name();
      Answer answer = send(new RemoveTableV1(any(TABLES), true, chance(2), on));
      settleSoon(answer);
      return;
    }
    String name = any(TABLES);
    if (chance(4)) {
      send(new RecordTableSyncV1(name, chance(2), new Digest(anyBranch().head())));
      return;
    }
    var others = state().tables().byId();
    TableOrigin origin =
        others.isEmpty() || chance(2)
            ? null
            : new TableOrigin(any(others.keySet()), new Digest(anyBranch().head()));
    Answer answer =
        send(
            new RegisterTableV1(
                name, any(STORAGES), "public", name, PhysicalWorld.SCHEMA, null, origin));
    settleSoon(answer);
  }

  private void stage() {
    if (chance(3)) {
      send(new UnstageChangesV1(anyBranchName(), chance(2) ? List.of() : List.of(any(TABLES))));
    } else {
      send(new StageChangesV1(anyBranchName(), List.of(any(TABLES))));
    }
  }

  /** What a client should not ask for. */
  private void nonsense() {
    switch (random.nextInt(5)) {
      case 0 -> send(new CreateBranchV1("a..b", state().defaultBranch().head(), null, false));
      case 1 -> send(new CreateBranchV1("y", "f".repeat(64), null, false));
      case 2 -> send(new CreateRepositoryV1("shop", null, null));
      case 3 -> send(new RegisterTableV1("t\u0000", "s1", "public", "t", PhysicalWorld.SCHEMA));
      default ->
          repository.step(
              new Continuation.Abort(
                  new java.util.UUID(9, 9), Code.OPERATION_FAILED.name(), "late"),
              TestRepository.BOB,
              new java.util.UUID(9, 9),
              null);
    }
  }

  static boolean isAncestor(RepositoryState state, String ancestor, String descendant) {
    Commits graph = state.commits();
    return new Ancestry(graph).isAncestor(new CommitId(ancestor), new CommitId(descendant));
  }

  static RegisteredTable table(RepositoryState state, String id) {
    return state.tables().byId().get(id);
  }
}
