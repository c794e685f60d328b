package dev.epoch.projections;

import dev.epoch.events.event.Event;
import dev.epoch.log.StoredRecord;
import java.util.Objects;

/**
 * An event of a repository, decoded once for all projectors.
 *
 * @param stored the record
 * @param repository it is about
 * @param event its data
 */
public record ProjectedEvent(StoredRecord stored, String repository, Event event) {
  public ProjectedEvent {
    Objects.requireNonNull(stored, "stored");
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(event, "event");
  }
}
