package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.TableEntry;
import java.time.Instant;
import java.util.UUID;
import org.pcollections.PVector;

/**
 * An operation in doubt: backends may have done it or not.
 *
 * @param id of the operation
 * @param position version of its record in the stream
 * @param branchId whose rows change
 * @param expectedHead head that must stand when it completes
 * @param plan what is to happen
 * @param actor who asked
 * @param command that asked
 * @param idempotencyKey of the command, or null
 * @param preparedAt when
 * @param recorded entries of its commit that came before the commit
 */
public record OperationState(
    UUID id,
    long position,
    String branchId,
    String expectedHead,
    OperationPlan plan,
    Actor actor,
    UUID command,
    String idempotencyKey,
    Instant preparedAt,
    PVector<TableEntry> recorded) {

  OperationState withRecorded(PVector<TableEntry> entries) {
    return new OperationState(
        id,
        position,
        branchId,
        expectedHead,
        plan,
        actor,
        command,
        idempotencyKey,
        preparedAt,
        entries);
  }
}
