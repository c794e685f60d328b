package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.SetCommitStatusV1;
import dev.epoch.events.event.CommitStatusSetV1;
import java.util.Set;

/** What is said about commits. It decides nothing here. */
public final class StatusProcessor {
  private static final Set<String> STATES = Set.of("pending", "success", "failure");
  private static final int LONGEST_CONTEXT = 200;
  private static final int LONGEST_TEXT = 2_000;

  private StatusProcessor() {}

  public static Decision set(RepositoryState state, SetCommitStatusV1 command) {
    if (state.commits().of(command.commit()).filter(commit -> !commit.root()).isEmpty()) {
      return Refusals.commitNotFound(command.commit());
    }
    if (command.context() == null
        || command.context().isBlank()
        || command.context().length() > LONGEST_CONTEXT) {
      return Decision.reject(
          Code.VALIDATION,
          "A status needs a context of at most " + LONGEST_CONTEXT + " characters");
    }
    if (command.state() == null || !STATES.contains(command.state())) {
      return Decision.reject(
          Code.VALIDATION,
          "A status cannot be '" + command.state() + "'",
          "pending, success or failure");
    }
    if (tooLong(command.description()) || tooLong(command.targetUrl())) {
      return Decision.reject(
          Code.VALIDATION, "Texts of a status have at most " + LONGEST_TEXT + " characters");
    }
    return Decision.accept(
        new CommitStatusSetV1(
            command.commit(),
            command.context(),
            command.state(),
            command.description(),
            command.targetUrl()));
  }

  private static boolean tooLong(String text) {
    return text != null && text.length() > LONGEST_TEXT;
  }
}
