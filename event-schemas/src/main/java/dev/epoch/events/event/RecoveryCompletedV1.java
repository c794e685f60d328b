package dev.epoch.events.event;

import dev.epoch.events.Actor;
import java.util.Map;
import java.util.UUID;

/**
 * An operation that a stopped process left in doubt was finished or undone.
 *
 * @param operationId of the operation
 * @param outcome rolled_forward or rolled_back
 * @param originalActor who had asked for the operation
 * @param tables by table name: applied, not_applied, reverted
 * @param reason why it went this way
 */
public record RecoveryCompletedV1(
    UUID operationId,
    String outcome,
    Actor originalActor,
    Map<String, String> tables,
    String reason)
    implements Event.OfOperation {
  public RecoveryCompletedV1 {
    tables = tables == null ? Map.of() : Map.copyOf(tables);
  }
}
