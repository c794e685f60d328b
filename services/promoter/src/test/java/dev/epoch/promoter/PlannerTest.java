package dev.epoch.promoter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.promoter.Decision.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {
  /** A Wednesday. */
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  private static Environment production(String more) {
    return PromotionFile.parse(
            Path.of("p.yaml"),
            """
            repository: shop
            environments:
              - name: staging
              - name: production
                branch: main
                from: staging
            """
                + more.indent(4))
        .environment("production");
  }

  private static Facts facts(Instant arrived, Set<String> approved, Facts.Said last, int refusals) {
    return new Facts(
        "a".repeat(64),
        "b".repeat(64),
        2,
        new Facts.Changes(List.of("orders"), 5, 0, 3, List.of("orders")),
        new Hazards(
            List.of(
                new Hazards.Hazard("lock", Hazards.Risk.LOW, "ADD CHECK: orders (reads it)"),
                new Hazards.Hazard(
                    "data_loss", Hazards.Risk.HIGH, "DROP COLUMN: orders.note (gone)"))),
        List.of("users"),
        arrived,
        approved,
        Set.of(),
        List.of(),
        List.of(),
        last,
        refusals);
  }

  private static List<String> reasons(String more) {
    return Planner.decide(production(more), facts(NOW, Set.of(), null, 0), NOW, false).reasons();
  }

  @Test
  void whatIsHeldSaysWhy() {
    assertThat(reasons("")).isEmpty();
    assertThat(reasons("soak: 30m")).containsExactly("soaks until 2026-11-25T12:30:00Z");
    assertThat(reasons("approvals: 2")).containsExactly("waits for approval: 0 of 2");
    assertThat(reasons("budget: {deleted: 2, total: 7}"))
        .containsExactly(
            "over budget: 3 rows deleted, 2 allowed", "over budget: 8 rows changed, 7 allowed");
    assertThat(reasons("schema_changes: refuse")).containsExactly("changes the schema of orders");
    assertThat(reasons("schema_hazards: medium"))
        .containsExactly("schema hazard, medium allowed: high DROP COLUMN: orders.note (gone)");
    assertThat(reasons("schema_hazards: none")).hasSize(2);
    assertThat(reasons("schema_hazards: high")).isEmpty();
    assertThatThrownBy(() -> reasons("schema_hazards: some"))
        .hasMessageContaining("none, low, medium, high or critical");
    assertThat(reasons("drift: refuse"))
        .containsExactly("main has drifted: changes of its own in users");
    assertThat(reasons("freeze: [{days: [wed], reason: closing}]"))
        .containsExactly("frozen: closing");
    assertThat(reasons("schedule: [{hours: \"13:00-14:00\"}]"))
        .containsExactly("outside of its schedule");
    assertThat(reasons("schedule: [{hours: \"13:00-14:00\", zone: Europe/Berlin}]")).isEmpty();
  }

  @Test
  void aRefusalIsNotRepeatedAtOnce() {
    Facts.Said refused = new Facts.Said("failure", "refused: no", NOW);
    Facts facts = facts(NOW, Set.of(), refused, 2);

    assertThat(Planner.decide(production(""), facts, NOW, false).reasons())
        .containsExactly("refused: no");
    assertThat(Planner.decide(production(""), facts, NOW, true).outcome()).isEqualTo(Outcome.READY);
    assertThat(
            Planner.decide(production(""), facts, NOW.plus(Planner.RETRY.multipliedBy(2)), false)
                .outcome())
        .isEqualTo(Outcome.READY);
    assertThat(
            Planner.decide(production(""), facts, NOW.plus(Duration.ofMinutes(11)), false)
                .outcome())
        .isEqualTo(Outcome.HELD);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-27T21:59:00Z, true",
    "2026-11-27T20:59:00Z, false",
    "2026-11-28T04:59:00Z, true",
    "2026-11-28T05:00:00Z, false",
    "2026-11-27T04:00:00Z, false"
  })
  void hoursThatPassMidnightBelongToTheDayTheyBeginOn(Instant moment, boolean inside) {
    Window night =
        production("freeze: [{days: [fri], hours: \"22:00-06:00\", zone: Europe/Berlin}]")
            .freezes()
            .getFirst();

    assertThat(night.contains(moment)).isEqualTo(inside);
  }

  @Test
  void aFileIsReadStrictly() {
    assertWrong("soak: 3 weeks", "environments[1].soak should be a time such as 90s");
    assertWrong("approval: 1", "environments[1].approval is unknown");
    assertWrong("budget: {removed: 1}", "environments[1].budget.removed is unknown");
    assertWrong("freeze: [{days: [someday]}]", "environments[1].freeze[0].days should be");
    assertWrong("drift: perhaps", "drift should be allow or refuse");
    assertThatThrownBy(() -> PromotionFile.parse(Path.of("p.yaml"), "a: [1"))
        .isInstanceOf(WrongFileException.class)
        .hasMessageContaining("p.yaml, line");
    assertThatThrownBy(() -> PromotionFile.parse(Path.of("p.yaml"), "[".repeat(2_000)))
        .isInstanceOf(WrongFileException.class);
    assertThatThrownBy(() -> PromotionFile.read(Path.of("nowhere.yaml")))
        .isInstanceOf(WrongFileException.class)
        .hasMessage("Cannot read nowhere.yaml");
  }

  private static void assertWrong(String more, String message) {
    assertThatThrownBy(() -> production(more))
        .isInstanceOf(WrongFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void environmentsAreWorkedOnBehindThoseThatTheyTakeFrom() {
    List<Environment> environments =
        PromotionFile.parse(
                Path.of("p.yaml"),
                """
                repository: shop
                environments:
                  - {name: production, from: staging}
                  - {name: staging, from: development}
                  - {name: development}
                  - {name: other, from: development}
                  - {name: a, from: b}
                  - {name: b, from: a}
                """)
            .environments();
    List<String> done = Collections.synchronizedList(new ArrayList<>());

    List<String> names =
        Waves.run(
            environments,
            environment -> {
              done.add(environment.name());
              return environment.name();
            });

    assertThat(names).containsExactly("production", "staging", "development", "other", "a", "b");
    assertThat(done.getFirst()).isEqualTo("development");
    assertThat(done.getLast()).isEqualTo("production");
    assertThatThrownBy(() ->
            Waves.run(
                environments,
                environment -> {
                  throw new ApiException(0, "", "away");
                }))
        .isInstanceOf(ApiException.class);
  }

  @Test
  void tomlSaysTheSame() {
    Environment environment =
        PromotionFile.parse(
                Path.of("p.toml"),
                """
                repository = "shop"
                [[environments]]
                name = "staging"
                [[environments]]
                name = "production"
                branch = "main"
                from = "staging"
                soak = "30m"
                budget = {deleted = 2}
                [[environments.checks]]
                name = "c"
                sql = "SELECT 1"
                """)
            .environment("production");

    assertThat(environment.soak()).isEqualTo(Duration.ofMinutes(30));
    assertThat(environment.budget().deleted()).isEqualTo(2);
    assertThat(environment.checks()).containsExactly(new Environment.Check("c", "SELECT 1"));
  }
}
