package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.engine.Continuation;
import dev.epoch.engine.PhysicalWorld;
import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.engine.TestRepository.Answer;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.RegisterTableV1;
import dev.epoch.events.command.RemoveStorageV1;
import dev.epoch.events.command.RemoveTableV1;
import dev.epoch.events.command.StageChangesV1;
import dev.epoch.events.command.UpdateStorageV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TableAndStorageProcessorTest {

  private static RegisterTableV1 register(String name, String storage, String table) {
    return new RegisterTableV1(name, storage, "public", table, PhysicalWorld.SCHEMA);
  }

  private static RegisterTableV1 made(String name, String branch) {
    return new RegisterTableV1(name, "s1", "public", name, PhysicalWorld.SCHEMA, branch, null);
  }

  @Test
  void aTableThatWasMadeOnABranchIsOfThatBranch() {
    // given
    Scenario s = Scenario.withTable().fork("dev", "main");

    // when
    Answer prepared = s.ok(made("notes", "dev"));
    s.step(Scenario.registered(prepared), prepared);

    // then
    assertThat(s.state().tables().named("notes").orElseThrow().branch())
        .isEqualTo(s.branch("dev").id());
    assertThat(CommitProcessor.registered(s.state(), s.branch("dev"))).containsExactly("notes");
    assertThat(CommitProcessor.registered(s.state(), s.branch("main"))).doesNotContain("notes");

    // when
    s.commit("dev", "notes");

    // then
    assertThat(CommitProcessor.registered(s.state(), s.branch("dev"))).isEmpty();
    assertThat(s.state().head(s.branch("dev")).tree()).containsKey("notes");
    assertThat(s.state().head(s.branch("main")).tree()).doesNotContainKey("notes");
  }

  static Stream<Refused> refusals() {
    return Stream.of(
        Refused.of(
            "register: no such branch",
            s -> {},
            s -> made("notes", "nowhere"),
            Code.BRANCH_NOT_FOUND,
            "'nowhere'",
            null),
        Refused.of(
            "register: another branch has made one of the name",
            s -> {
              s.fork("dev", "main").fork("other", "main");
              Answer prepared = s.ok(made("notes", "dev"));
              s.step(Scenario.registered(prepared), prepared);
            },
            s -> made("notes", "other"),
            Code.TABLE_ALREADY_EXISTS,
            "on branch 'dev': merge that branch",
            null),
        Refused.of(
            "register: a bad name",
            s -> {},
            s -> register("a\u0000b", "s1", "t"),
            Code.INVALID_NAME,
            "table",
            null),
        Refused.of(
            "register: no such storage",
            s -> {},
            s -> register("orders", "s9", "orders"),
            Code.STORAGE_NOT_FOUND,
            "'s9'",
            "storage add s9"),
        Refused.of(
            "register: the name is taken",
            s -> {},
            s -> register("users", "s1", "other"),
            Code.TABLE_ALREADY_EXISTS,
            "'users' is already registered",
            null),
        Refused.of(
            "register: the table is registered under another name",
            s -> {},
            s -> register("people", "s1", "users"),
            Code.TABLE_ALREADY_EXISTS,
            "public.users is already registered as 'users'",
            null),
        Refused.of(
            "register: an operation is in flight",
            s -> s.busy("main"),
            s -> register("orders", "s1", "orders"),
            Code.BRANCH_BUSY,
            "in flight",
            "Try again"),
        Refused.of(
            "remove: no such table",
            s -> {},
            s -> new RemoveTableV1("orders", true, true),
            Code.TABLE_NOT_FOUND,
            "'orders'",
            null),
        Refused.of(
            "remove: an operation is in flight on some branch",
            s -> s.fork("dev", "main").busy("dev"),
            s -> new RemoveTableV1("users", true, true),
            Code.BRANCH_BUSY,
            "'dev' is in flight",
            "Try again"),
        Refused.of(
            "remove: a merge is open on some branch",
            s -> {
              s.diverged();
              s.step(
                  s.opening("dev", "main", 1, null), s.ok(s.merging("dev", "main", "three_way")));
            },
            s -> new RemoveTableV1("users", true, true),
            Code.MERGE_IN_PROGRESS,
            "into 'dev' is not finished",
            "--abort"),
        Refused.of(
            "add storage: a bad name",
            s -> {},
            s -> new AddStorageV1("a b", "postgresql", Map.of(), null, null, false),
            Code.INVALID_NAME,
            "Storage name",
            null),
        Refused.of(
            "add storage: the name is taken",
            s -> {},
            s -> new AddStorageV1("s1", "postgresql", Map.of(), null, null, false),
            Code.STORAGE_ALREADY_EXISTS,
            "'s1' already exists",
            null),
        Refused.of(
            "update storage: no such storage",
            s -> {},
            s -> new UpdateStorageV1("s9", Map.of(), null, null, null, null),
            Code.STORAGE_NOT_FOUND,
            "'s9'",
            "storage add s9"),
        Refused.of(
            "remove storage: no such storage",
            s -> {},
            s -> new RemoveStorageV1("s9", true),
            Code.STORAGE_NOT_FOUND,
            "'s9'",
            "storage add s9"),
        Refused.of(
            "remove storage: tables are in it",
            s -> s.table("orders"),
            s -> new RemoveStorageV1("s1", true),
            Code.STORAGE_IN_USE,
            "orders, users",
            "table remove"),
        Refused.of(
            "remove storage: a table is being registered in it",
            s -> {
              s.storage("s2");
              s.ok(register("orders", "s2", "orders"));
            },
            s -> new RemoveStorageV1("s2", false),
            Code.STORAGE_IN_USE,
            "orders",
            "table remove"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(Refused row) {
    row.verify();
  }

  @Test
  void registrationIsAnOperationWhosePositionIsTheBaseline() {
    Scenario scenario = Scenario.created().storage("s1");

    Answer prepared = scenario.ok(Scenario.register("users"));
    long position = scenario.state().operations().get(prepared.command()).position();
    Answer done = scenario.step(Scenario.registered(prepared), prepared);

    TableRegisteredV1 event = done.event(TableRegisteredV1.class);
    assertThat(event.position()).isEqualTo(position).isEqualTo(scenario.state().version() - 1);
    assertThat(scenario.state().tables().named("users").orElseThrow().baselineRows()).isEqualTo(3);
    assertThat(scenario.state().operations()).isEmpty();
    assertThat(scenario.branch("main").operation()).isNull();
  }

  @Test
  void registrationThatFailedCanBeTriedAgain() {
    Scenario scenario = Scenario.created().storage("s1");
    Answer prepared = scenario.ok(Scenario.register("users"));

    scenario.step(new Continuation.Abort(prepared.command(), "OPERATION_FAILED", "no"), prepared);

    assertThat(scenario.table("users").state().tables().named("users")).isPresent();
  }

  @Test
  void completionsOfAnEndedOperationAreFaults() {
    Scenario scenario = Scenario.created().storage("s1");
    Answer prepared = scenario.ok(Scenario.register("users"));
    scenario.step(new Continuation.Abort(prepared.command(), "OPERATION_FAILED", "no"), prepared);

    assertThatThrownBy(() -> scenario.step(Scenario.registered(prepared), prepared))
        .isInstanceOf(OperationNotInFlightException.class);
    assertThatThrownBy(
            () -> scenario.step(new Continuation.CompleteRemoval(prepared.command()), prepared))
        .isInstanceOf(OperationNotInFlightException.class);
    assertThatThrownBy(() ->
            scenario.step(
                new Continuation.CompleteMerge(prepared.command(), List.of(), List.of(), Map.of()),
                prepared))
        .isInstanceOf(OperationNotInFlightException.class);
  }

  @Test
  void removedTableIsRememberedAndItsNameIsFree() {
    Scenario scenario = Scenario.withTable();
    String first = scenario.state().tables().named("users").orElseThrow().id();
    scenario.ok(new StageChangesV1("main", List.of("users")));

    Answer prepared = scenario.ok(new RemoveTableV1("users", false, true));
    Answer done = scenario.step(new Continuation.CompleteRemoval(prepared.command()), prepared);

    assertThat(done.event(TableRemovedV1.class).tableId()).isEqualTo(first);
    assertThat(scenario.state().tables().named("users")).isEmpty();
    assertThat(scenario.state().tables().byId().get(first).removed()).isTrue();
    assertThat(scenario.branch("main").staged()).isEmpty();
    scenario.table("users");
    assertThat(scenario.state().tables().named("users").orElseThrow().id()).isNotEqualTo(first);
  }

  /** In the commits of which branches the table is missing, by the branch it was removed on. */
  @ParameterizedTest
  @CsvSource({"main, main", "dev, dev"})
  void aRemovalIsAChangeOfTheBranchThatItWasTypedOn(String typedOn, String changed) {
    Scenario scenario = Scenario.withTable().table("orders");
    scenario.commit("main", "users", "orders");
    scenario.fork("dev", "main");
    Answer prepared = scenario.ok(new RemoveTableV1("users", false, true, typedOn));
    scenario.step(new Continuation.CompleteRemoval(prepared.command()), prepared);

    for (String branch : List.of("main", "dev")) {
      assertThat(CommitProcessor.removed(scenario.state(), scenario.branch(branch)))
          .isEqualTo(branch.equals(changed) ? Set.of("users") : Set.of());
      scenario.commit(branch, "orders");
      assertThat(scenario.state().head(scenario.branch(branch)).tree().containsKey("users"))
          .isEqualTo(!branch.equals(changed));
    }

    String other = changed.equals("main") ? "dev" : "main";
    Answer started = scenario.ok(scenario.merging(other, changed, "three_way"));
    Answer merging =
        scenario.step(
            new Continuation.PrepareMerge(
                started.command(),
                scenario.branch(other).id(),
                scenario.head(other),
                scenario.mergePlan(changed, null, false)),
            started);
    scenario.step(
        new Continuation.CompleteMerge(merging.command(), List.of(), List.of(), Map.of()), merging);
    assertThat(scenario.state().head(scenario.branch(other)).tree()).containsOnlyKeys("orders");
  }

  @Test
  void whatIsKeptOfRemovedTablesHoldsItsStorageUntilItGoesToo() {
    // given
    Scenario scenario =
        Scenario.withTable().removeTable("users").table("users").removeTable("users");
    assertThat(scenario.state().tables().kept("users")).hasSize(2);
    assertThat(scenario.refused(new RemoveStorageV1("s1", false)).code())
        .isEqualTo(Code.STORAGE_IN_USE);

    // when
    Answer prepared = scenario.ok(new RemoveTableV1("users", false, false));
    scenario.step(new Continuation.CompleteRemoval(prepared.command()), prepared);

    // then
    assertThat(scenario.state().tables().kept("users")).isEmpty();
    assertThat(scenario.refused(new RemoveTableV1("users", false, false)).code())
        .isEqualTo(Code.TABLE_NOT_FOUND);
    scenario.ok(new RemoveStorageV1("s1", false));
  }

  @Test
  void storageIsUpdatedWhereSomethingIsSaid() {
    Scenario scenario = Scenario.created();
    scenario.ok(
        new AddStorageV1(
            "s1",
            "postgresql",
            Map.of("host", TextNode.valueOf("a"), "port", IntNode.valueOf(1)),
            "sealed",
            "text",
            true));

    scenario.ok(
        new UpdateStorageV1("s1", Map.of("host", TextNode.valueOf("b")), null, null, false, null));

    StorageState storage = scenario.state().storages().named("s1").orElseThrow();
    assertThat(storage.config())
        .isEqualTo(Map.of("host", TextNode.valueOf("b"), "port", IntNode.valueOf(1)));
    assertThat(storage.sealedSecrets()).isEqualTo("sealed");
    assertThat(storage.description()).isEqualTo("text");
    assertThat(storage.enabled()).isFalse();
    assertThat(scenario.state().storages().defaultName()).isEqualTo("s1");
  }

  @Test
  void defaultStorageFollowsWhatIsSaid() {
    Scenario scenario = Scenario.created().storage("s1").storage("s2");
    assertThat(scenario.state().storages().defaultName()).isEqualTo("s2");

    scenario.ok(new UpdateStorageV1("s1", Map.of(), null, null, null, false));
    assertThat(scenario.state().storages().defaultName()).isEqualTo("s2");
    scenario.ok(new UpdateStorageV1("s1", Map.of(), null, null, null, true));
    assertThat(scenario.state().storages().defaultName()).isEqualTo("s1");
    scenario.ok(new UpdateStorageV1("s1", Map.of(), null, null, null, false));
    assertThat(scenario.state().storages().defaultName()).isNull();
    scenario.ok(new UpdateStorageV1("s2", Map.of(), null, null, null, true));
    scenario.ok(new RemoveStorageV1("s2", false));
    assertThat(scenario.state().storages().defaultName()).isNull();
  }
}
