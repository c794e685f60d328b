package dev.epoch.events.event;

import java.util.UUID;

/**
 * A table is not versioned any more; what Epoch kept of it is gone.
 *
 * @param operationId the operation that removed the capture
 * @param tableId of the registration
 * @param name in the repository
 */
public record TableRemovedV1(UUID operationId, String tableId, String name) implements Event {}
