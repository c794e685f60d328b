package dev.epoch.engine.processing;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.Decision;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.RecoveryCompletedV1;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operations that end without effect, and the audit of recoveries. */
public final class OperationProcessor {
  private OperationProcessor() {}

  /** Ends the operation and refuses its command, so that a retry learns the same. */
  public static Decision abort(RepositoryState state, Continuation.Abort facts) {
    OperationState operation = state.operations().get(facts.operation());
    if (operation == null) {
      return Decision.accepted();
    }
    Code code =
        Arrays.stream(Code.values())
            .filter(known -> known.name().equals(facts.code()))
            .findFirst()
            .orElse(Code.OPERATION_FAILED);
    Map<String, Object> details = new HashMap<>(facts.details());
    details.put("operation", facts.operation().toString());
    details.put("cause", facts.code());
    Rejection rejection = new Rejection(code, facts.message(), details);
    return new Decision(
        List.of(new OperationAbortedV1(facts.operation(), facts.code(), facts.message())),
        Optional.of(rejection));
  }

  public static Decision recordRecovery(Continuation.RecordRecovery facts) {
    return Decision.accept(
        new RecoveryCompletedV1(
            facts.operation(),
            facts.outcome(),
            facts.originalActor(),
            facts.tables(),
            facts.reason()));
  }
}
