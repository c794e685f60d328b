package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;

/**
 * A table is not versioned any more; what Epoch kept of it is gone, or is kept for commits only.
 *
 * @param operationId the operation that removed the capture
 * @param tableId of the registration
 * @param name in the repository
 * @param kept whether commits still read what they read of it
 * @param branchId of the branch whose next commit is without it; null: the default branch
 */
public record TableRemovedV1(
    UUID operationId,
    String tableId,
    String name,
    boolean kept,
    @JsonInclude(JsonInclude.Include.NON_NULL) String branchId)
    implements Event.OfTable {}
