package dev.epoch.projections;

import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordKind;
import dev.epoch.events.event.Event;
import dev.epoch.log.StoredRecord;
import java.util.Optional;

/** Records of the log as projectors see them: events of repositories, in their newest version. */
public final class EventDecoder {
  private static final String REPOSITORY = "repository/";

  private final RecordCodec codec;

  public EventDecoder(RecordCodec codec) {
    this.codec = codec;
  }

  /** Empty for commands, rejections, and records of other streams. */
  public Optional<ProjectedEvent> decode(StoredRecord stored) {
    if (stored.envelope().kind() != RecordKind.EVENT || !stored.stream().startsWith(REPOSITORY)) {
      return Optional.empty();
    }
    Object data =
        codec.decode(
            stored.envelope().type(), stored.envelope().version(), stored.envelope().data());
    return Optional.of(
        new ProjectedEvent(stored, stored.stream().substring(REPOSITORY.length()), (Event) data));
  }
}
