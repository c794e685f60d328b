package dev.epoch.api.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.Actor;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A page of events in the order of the log. */
@Schema(name = "Events")
public record EventPage(
    List<EventView> events,
    @Schema(description = "For ?from= of the next page; null where the log ends for now")
        Long next) {

  /** An event, as the log has it. */
  @Schema(name = "Event")
  public record EventView(
      @Schema(description = "Place in the log, from 1") long position,
      String id,
      @Schema(examples = "branch-created") String type,
      @Schema(description = "Of the schema of data") int version,
      String repository,
      @Schema(description = "Name of the branch it is about, or null") String branch,
      Actor actor,
      @Schema(
              description =
                  "Who really asked, if that is not the actor: the name of a key that acts for others, or the role of a session")
          String principal,
      Instant time,
      @Schema(description = "As stored, without encrypted secrets") JsonNode data) {}
}
