package dev.epoch.projections;

import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.events.event.Event;
import dev.epoch.log.StoredRecord;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Records of the log as projectors see them: events of repositories, in their newest version.
 *
 * <p>Projections follow the log closely behind one another, so that one decodes for the others. May
 * be used by several threads.
 */
public final class EventDecoder {
  private static final String REPOSITORY = "repository/";
  private static final int MOST_RECENT = 1024;

  /** Characters; larger records are rare, and would take much memory. */
  private static final int LONGEST_RECENT = 8192;

  private final RecordCodec codec;

  /** By the whole record, so that only what stands in the log is taken for it. */
  private final Map<StoredRecord, ProjectedEvent> recent =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<StoredRecord, ProjectedEvent> eldest) {
              return size() > MOST_RECENT;
            }
          });

  public EventDecoder(RecordCodec codec) {
    this.codec = codec;
  }

  /** The stream of a repository. */
  static String stream(String repository) {
    return REPOSITORY + repository;
  }

  /** The repository that an event is of; empty for commands, rejections, and other streams. */
  static Optional<String> repository(StoredRecord stored) {
    return stored.envelope().kind() == RecordKind.EVENT && stored.stream().startsWith(REPOSITORY)
        ? Optional.of(stored.stream().substring(REPOSITORY.length()))
        : Optional.empty();
  }

  /** Empty for commands, rejections, and records of other streams. */
  public Optional<ProjectedEvent> decode(StoredRecord stored) {
    Optional<String> repository = repository(stored);
    if (repository.isEmpty()) {
      return Optional.empty();
    }
    ProjectedEvent known = recent.get(stored);
    if (known != null) {
      return Optional.of(known);
    }
    Object data =
        codec.decode(
            stored.envelope().type(), stored.envelope().version(), stored.envelope().data());
    ProjectedEvent event = new ProjectedEvent(stored, repository.get(), (Event) data);
    if (stored.envelope().data().length() <= LONGEST_RECENT) {
      recent.put(stored, event);
    }
    return Optional.of(event);
  }
}
