package dev.epoch.catalog.store;

import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.events.Digest;
import dev.epoch.events.RecordType;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.hook.PlannedChange;
import dev.epoch.gateway.stream.Caller;
import java.util.List;

/** Asks hooks before a branch of a catalog changes, as before one of tables does. */
final class Gate {
  private Gate() {}

  /**
   * What is about to happen.
   *
   * @param event name of the moment
   * @param source branch that is merged, or null
   * @param sourceCommit its head, or null
   * @param message of the commit, or null
   */
  record Change(String event, String source, Digest sourceCommit, String message) {}

  static void pass(
      VersioningServer server, Place place, Change change, RecordType command, Caller caller) {
    CatalogBranch branch = place.branch();
    server
        .hooks()
        .pass(
            place.repository(),
            new PlannedChange(
                List.of(change.event()),
                place.repository().name(),
                place.state().profile().createdAt(),
                branch.name(),
                caller.actor(),
                branch.head() == null ? null : branch.head().hex(),
                change.source(),
                change.sourceCommit() == null ? null : change.sourceCommit().hex(),
                change.message(),
                List::of),
            command.wireName(),
            caller);
  }
}
