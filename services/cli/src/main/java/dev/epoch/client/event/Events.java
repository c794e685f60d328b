package dev.epoch.client.event;

import dev.epoch.client.RefusedException;
import dev.epoch.client.UnreachableException;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Scope;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/** Reads the event log, page by page or as it grows. */
public final class Events {

  private final Scope scope;

  public Events(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * Which events; all may be null.
   *
   * @param from position of the first one
   * @param type only of this type
   * @param branch only of branches that fit
   * @param table only about tables that fit
   */
  public record Selection(String from, String type, String branch, String table) {
    /** About any table. */
    public Selection(String from, String type, String branch) {
      this(from, type, branch, null);
    }
  }

  /** One page of events. */
  public Event.Page page(Selection selection, Integer limit) {
    return Event.Page.of(
        scope.send(
            selected(scope.get("events"), selection)
                .query("from", selection.from())
                .query("limit", limit)));
  }

  /** The same of the events that are not there yet, however often a connection is lost. */
  public Selection fromNow(Selection selection) {
    String next =
        Event.Page.of(scope.send(scope.get("events").query("from", "now").query("limit", 1)))
            .next();
    return new Selection(next, selection.type(), selection.branch(), selection.table());
  }

  /**
   * Hands on each event as it comes, until the receiver answers false. A lost connection is made
   * again from the last event that was received, as often as it takes.
   *
   * @param silence longest time without a sign of life before the connection counts as lost
   * @throws RefusedException if the server refuses the subscription
   * @throws UnreachableException if not even the first connection can be made
   */
  public void follow(Selection selection, Duration silence, Predicate<Event> receiver) {
    new EventSubscription(scope.transport(), silence, receiver)
        .run(
            selected(scope.get("events", "stream"), selection).accept("text/event-stream"),
            selection.from());
  }

  private static Call selected(Call call, Selection selection) {
    return call.query("type", selection.type())
        .query("branch", selection.branch())
        .query("table", selection.table());
  }
}
