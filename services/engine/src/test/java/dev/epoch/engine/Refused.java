package dev.epoch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.Command;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A row of a table of refusals.
 *
 * @param what is refused
 * @param start the repository before
 * @param given what happened then
 * @param when the command
 * @param code of the refusal
 * @param saying a part of its message
 * @param remedy a part of the remedy, null if there is none
 */
public record Refused(
    String what,
    Supplier<Scenario> start,
    Consumer<Scenario> given,
    Function<Scenario, Command> when,
    Code code,
    String saying,
    String remedy) {

  public static Refused of(
      String what,
      Consumer<Scenario> given,
      Function<Scenario, Command> when,
      Code code,
      String saying,
      String remedy) {
    return new Refused(what, Scenario::withTable, given, when, code, saying, remedy);
  }

  /** Given the repository, when the command comes, then it is refused so and nothing happens. */
  public void verify() {
    // given
    Scenario scenario = start.get();
    given.accept(scenario);
    RepositoryState before = scenario.state();

    // when
    Rejection rejection = scenario.refused(when.apply(scenario));

    // then
    assertThat(rejection.code()).isEqualTo(code);
    assertThat(rejection.message()).contains(saying);
    if (remedy == null) {
      assertThat(rejection.details()).doesNotContainKey("remedy");
    } else {
      assertThat((String) rejection.details().get("remedy")).contains(remedy);
    }
    assertThat(scenario.state().branches()).isEqualTo(before.branches());
    assertThat(scenario.state().operations()).isEqualTo(before.operations());
    assertThat(scenario.state().tables()).isEqualTo(before.tables());
  }

  @Override
  public String toString() {
    return what;
  }
}
