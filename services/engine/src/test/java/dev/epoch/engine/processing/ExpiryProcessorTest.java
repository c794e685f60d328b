package dev.epoch.engine.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.Refused;
import dev.epoch.engine.Scenario;
import dev.epoch.events.BranchExpiry;
import dev.epoch.events.BranchProtection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.DeleteBranchV1;
import dev.epoch.events.command.ExpireBranchV1;
import dev.epoch.events.command.ProtectBranchV1;
import dev.epoch.events.command.RenameBranchV1;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExpiryProcessorTest {
  private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");
  private static final Instant FARTHER = FAR.plusSeconds(1);

  private static BranchExpiry at(Instant time) {
    return new BranchExpiry(time, false);
  }

  private static void protect(Scenario s, String pattern) {
    s.ok(
        new ProtectBranchV1(pattern, new BranchProtection(false, 0, true, true, null, null, null)));
  }

  static Stream<Refused> refusals() {
    return Stream.of(
        Refused.of(
            "no such branch",
            s -> {},
            s -> new ExpireBranchV1("dev", at(FAR)),
            Code.BRANCH_NOT_FOUND,
            "Branch 'dev' not found",
            null),
        Refused.of(
            "the default branch",
            s -> {},
            s -> new ExpireBranchV1("main", at(FAR)),
            Code.VALIDATION,
            "it is the default branch",
            "Let another branch expire"),
        Refused.of(
            "a protected branch",
            s -> protect(s.fork("dev", "main"), "d*"),
            s -> new ExpireBranchV1("dev", at(FAR)),
            Code.BRANCH_PROTECTED,
            "it is protected",
            "unprotect"),
        Refused.of(
            "a name that will be protected",
            s -> protect(s, "d*"),
            s -> new CreateBranchV1("dev", s.head("main"), "main", false, at(FAR), null, null),
            Code.BRANCH_PROTECTED,
            "it is protected",
            "unprotect"),
        Refused.of(
            "the past",
            s -> s.fork("dev", "main"),
            s -> new ExpireBranchV1("dev", at(Instant.EPOCH)),
            Code.VALIDATION,
            "in the future",
            "Give a longer time"),
        Refused.of(
            "deletion: it has not expired",
            s -> s.fork("dev", "main").ok(new ExpireBranchV1("dev", at(FAR))),
            s -> new DeleteBranchV1("dev", false, false, FAR),
            Code.BRANCH_IN_USE,
            "it has not expired",
            null),
        Refused.of(
            "deletion: it never expires",
            s -> s.fork("dev", "main"),
            s -> new DeleteBranchV1("dev", false, false, FAR),
            Code.BRANCH_IN_USE,
            "it has not expired",
            null),
        Refused.of(
            "deletion: it was protected since",
            s -> {
              s.fork("dev", "main").ok(new ExpireBranchV1("dev", at(FAR)));
              protect(s, "dev");
            },
            s -> new DeleteBranchV1("dev", false, false, FARTHER),
            Code.BRANCH_IN_USE,
            "it is protected",
            null),
        Refused.of(
            "deletion: its work stays",
            s -> s.fork("dev", "main").ok(new ExpireBranchV1("dev", at(FAR))),
            s -> new DeleteBranchV1("dev", true, false, FARTHER),
            Code.BRANCH_IN_USE,
            "its work stays",
            null));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(Refused refused) {
    refused.verify();
  }

  @Test
  void theTimeFollowsTheBranchAndGoesWithIt() {
    // given
    Scenario s = Scenario.withTable();
    s.ok(new CreateBranchV1("dev", s.head("main"), "main", false, at(FAR), null, null));

    // when
    s.ok(new RenameBranchV1("dev", "other"));

    // then
    assertThat(s.state().branches().expiry(s.branch("other"))).contains(at(FAR));
    s.ok(new DeleteBranchV1("other", false, false, FARTHER));
    assertThat(s.state().branches().expiries()).isEmpty();
  }

  @Test
  void branchesMadeFromItHoldIt() {
    Scenario s = Scenario.withTable().fork("dev", "main").commits("dev").fork("next", "dev");
    s.ok(new ExpireBranchV1("dev", at(FAR)));

    assertThat(ExpiryProcessor.held(s.state(), s.branch("dev"))).contains("other branches need it");
    assertThat(s.refused(new DeleteBranchV1("dev", false, false, FARTHER)).message())
        .contains("'next' was made from it");
  }

  @Test
  void workHoldsUnlessItGoesToo() {
    Scenario s = Scenario.withTable();
    s.fork("dev", "main");
    assertThat(ExpiryProcessor.held(s.state(), s.branch("dev"))).isEmpty();
    s.ok(new ExpireBranchV1("dev", at(FAR)));
    assertThat(ExpiryProcessor.held(s.state(), s.branch("dev"))).isEmpty();
    s.commit("dev", "users");

    assertThat(ExpiryProcessor.held(s.state(), s.branch("dev"))).contains("not merged");
    assertThat(s.refused(new DeleteBranchV1("dev", false, false, FARTHER)).code())
        .isEqualTo(Code.BRANCH_NOT_MERGED);
    s.ok(new ExpireBranchV1("dev", new BranchExpiry(FAR, true)));
    assertThat(ExpiryProcessor.held(s.state(), s.branch("dev"))).isEmpty();
    s.ok(new DeleteBranchV1("dev", true, true, FARTHER));
  }

  @Test
  void aBranchCanStayAgain() {
    Scenario s = Scenario.withTable();
    s.fork("dev", "main").ok(new ExpireBranchV1("dev", at(FAR)));

    s.ok(new ExpireBranchV1("dev", null));

    assertThat(s.state().branches().expiries()).isEmpty();
  }
}
