package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.TestRepository;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.Command;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.CreateRoleV1;
import dev.epoch.events.command.DeleteRoleV1;
import dev.epoch.events.command.GrantRoleV1;
import dev.epoch.events.command.ProtectBranchV1;
import dev.epoch.events.command.RevokeRoleV1;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandRightsTest {
  private static final Actor ANN = new Actor("ann", "Ann", "");

  private final TestRepository repository = new TestRepository("shop");

  @BeforeEach
  void create() {
    repository.command(new CreateRepositoryV1("shop", "", "main"));
  }

  private Optional<Code> asked(Actor actor, Command command) {
    return repository.command(command, actor, null).decision().rejection().map(Rejection::code);
  }

  private static CreateBranchV1 branch(String name) {
    return new CreateBranchV1(name, null, "main", false, null, null, null);
  }

  @Test
  void asLongAsNoRoleWasGrantedEverybodyMayEverything() {
    repository.withoutAdministrators();

    assertThat(asked(ANN, branch("a"))).isNotEqualTo(Optional.of(Code.PERMISSION_DENIED));
    assertThat(asked(ANN, new CreateRoleV1("loader", List.of("read", "commit")))).isEmpty();
    // but take everything from everybody else
    assertThat(asked(ANN, new GrantRoleV1("admin", "user:ann", List.of(), List.of())))
        .contains(Code.PERMISSION_DENIED);
    assertThat(repository.state().access().inForce()).isFalse();
  }

  @Test
  void aGrantIsForItsBranches() {
    assertThat(
            asked(
                TestRepository.ALICE,
                new GrantRoleV1("writer", "user:ann", List.of("feature/*"), List.of())))
        .isEmpty();
    repository.withoutAdministrators();

    assertThat(asked(ANN, branch("main2"))).contains(Code.PERMISSION_DENIED);
    assertThat(asked(ANN, branch("feature/x"))).isNotEqualTo(Optional.of(Code.PERMISSION_DENIED));
    assertThat(asked(TestRepository.BOB, branch("feature/y"))).contains(Code.PERMISSION_DENIED);
    assertThat(asked(ANN, new ProtectBranchV1("x", null))).contains(Code.PERMISSION_DENIED);
    assertThat(asked(ANN, new GrantRoleV1("admin", "user:ann", List.of(), List.of())))
        .contains(Code.PERMISSION_DENIED);
  }

  @Test
  void whatWasRevokedIsGoneAtOnceAndForGood() {
    asked(TestRepository.ALICE, new GrantRoleV1("admin", "user:ann", List.of(), List.of()));
    asked(TestRepository.ALICE, new RevokeRoleV1("admin", "user:ann"));
    repository.withoutAdministrators();

    assertThat(repository.state().access().inForce()).isTrue();
    assertThat(asked(ANN, branch("x"))).contains(Code.PERMISSION_DENIED);
  }

  @Test
  void rolesThatMakeNoSenseAreRefused() {
    Actor alice = TestRepository.ALICE;
    assertThat(asked(alice, new CreateRoleV1("Loader", List.of("read"))))
        .contains(Code.INVALID_NAME);
    assertThat(asked(alice, new CreateRoleV1("loader", List.of()))).contains(Code.VALIDATION);
    assertThat(asked(alice, new CreateRoleV1("loader", List.of("fly")))).contains(Code.VALIDATION);
    assertThat(asked(alice, new CreateRoleV1("admin", List.of("read"))))
        .contains(Code.ROLE_ALREADY_EXISTS);
    assertThat(asked(alice, new DeleteRoleV1("admin"))).contains(Code.VALIDATION);
    assertThat(asked(alice, new DeleteRoleV1("none"))).contains(Code.ROLE_NOT_FOUND);
    assertThat(asked(alice, new GrantRoleV1("none", "user:ann", List.of(), List.of())))
        .contains(Code.ROLE_NOT_FOUND);
    assertThat(asked(alice, new GrantRoleV1("viewer", "ann", List.of(), List.of())))
        .contains(Code.VALIDATION);
    // settings of the repository are not those of a branch
    assertThat(asked(alice, new GrantRoleV1("maintainer", "user:ann", List.of("main"), List.of())))
        .contains(Code.VALIDATION);
    assertThat(asked(alice, new RevokeRoleV1("viewer", "user:ann"))).contains(Code.ROLE_NOT_FOUND);
    assertThat(asked(alice, new CreateRoleV1("loader", List.of("read", "commit")))).isEmpty();
    assertThat(asked(alice, new GrantRoleV1("loader", "group:etl", List.of(), List.of("orders"))))
        .isEmpty();
    assertThat(asked(alice, new DeleteRoleV1("loader"))).contains(Code.ROLE_IN_USE);
    assertThat(asked(alice, new RevokeRoleV1("loader", "group:etl"))).isEmpty();
    assertThat(asked(alice, new DeleteRoleV1("loader"))).isEmpty();
  }
}
