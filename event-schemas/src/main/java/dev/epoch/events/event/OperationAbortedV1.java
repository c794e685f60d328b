package dev.epoch.events.event;

import java.util.UUID;

/**
 * The operation did not happen: what backends had done of it is undone.
 *
 * @param operationId of the operation
 * @param code why, as a wire code
 * @param message why, for people
 */
public record OperationAbortedV1(UUID operationId, String code, String message)
    implements Event.OfOperation {}
