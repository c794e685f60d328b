package dev.epoch.events.event;

import java.util.UUID;

/**
 * Backends are about to change. The version of this record in its stream is the operation's
 * position. The operation is in doubt until its commit, move, registration or abort is in the log.
 *
 * @param operationId of the operation
 * @param branchId whose rows change
 * @param expectedHead head that must still stand when the operation completes
 * @param plan what is to happen, enough to finish or undo it after a crash
 */
public record OperationPreparedV1(
    UUID operationId, String branchId, String expectedHead, OperationPlan plan)
    implements Event.OfOperation {}
