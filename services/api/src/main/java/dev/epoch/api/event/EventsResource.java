package dev.epoch.api.event;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.event.EventPage.EventView;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Pages;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.log.EventLog;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;

/** Events of a repository: page by page, or as they come. */
@Path(ApiPaths.PREFIX + "/events")
@Tag(name = "Events")
public class EventsResource {
  private static final String NOW = "now";

  private final ApiRequest request;
  private final EventTail tail;
  private final KeptStreams streams;

  EventsResource(ApiRequest request, EventTail tail, KeptStreams streams) {
    this.request = request;
    this.tail = tail;
    this.streams = streams;
  }

  @GET
  @RunOnVirtualThread
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Events in the order of the log")
  public EventPage list(
      @Parameter(
              description =
                  "Position to start at; now for none but those to come: next is where they begin")
          @QueryParam("from")
          String from,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "Wire name such as commit-created; several joined by commas")
          @QueryParam("type")
          List<String> type,
      @Parameter(description = "Name of a branch, or a pattern such as release/*")
          @QueryParam("branch")
          List<String> branch,
      @Parameter(description = "Name of a table that it is about, or a pattern")
          @QueryParam("table")
          List<String> table) {
    int size = Pages.limit(limit);
    EventLog log = request.server().log();
    EventFilter filter = EventFilter.of(type, branch, table);
    EventReading reading = EventReading.of(repository());
    long after = before(from);
    if (NOW.equals(from)) {
      return new EventPage(List.of(), after + 1);
    }
    List<EventView> events =
        log.read(EventLog.ALL, after)
            .map(reading::next)
            .filter(event -> event.isPresent() && filter.wants(event.get()))
            .map(event -> event.get().view())
            .select()
            .first(size + 1L)
            .collect()
            .asList()
            .await()
            .indefinitely();
    boolean more = events.size() > size;
    return new EventPage(
        more ? events.subList(0, size) : events, more ? events.get(size).position() : null);
  }

  @GET
  @Path("stream")
  @Blocking
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @ResponseHeader(name = "Cache-Control", value = "no-cache")
  @ResponseHeader(name = "X-Accel-Buffering", value = "no")
  @Operation(
      summary = "Events as they come",
      description =
          "Server-sent events, first those from the position on, then those to come. The id of each is its position: a client that comes back with Last-Event-ID misses none. Comments in between keep the connection alive.")
  @APIResponse(
      responseCode = "200",
      description = "Each event is one of GET /events",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(implementation = EventView.class)))
  public Multi<OutboundSseEvent> stream(
      @Parameter(description = "Position to start at; now for those to come alone")
          @QueryParam("from")
          String from,
      @Parameter(description = "Position of the last event seen; wins over from")
          @HeaderParam("Last-Event-ID")
          String lastEventId,
      @QueryParam("type") List<String> type,
      @QueryParam("branch") List<String> branch,
      @QueryParam("table") List<String> table,
      @Context Sse sse) {
    EventFilter filter = EventFilter.of(type, branch, table);
    long after = lastEventId == null ? before(from) : position(lastEventId);
    LiveRepository repository = repository();
    return streams.kept(
        sse,
        request
            .whileReadable(repository, tail.events(repository, after, filter))
            .map(event -> sse(sse, event)));
  }

  private LiveRepository repository() {
    request.state();
    return request.repository();
  }

  private static OutboundSseEvent sse(Sse sse, LogEvent event) {
    return sse.newEventBuilder()
        .id(Long.toString(event.position()))
        .name(event.type())
        .data(String.class, event.text())
        .build();
  }

  /** The position behind which events are read. */
  private long before(String from) {
    if (from == null) {
      return 0;
    }
    if (from.equals(NOW)) {
      return request.server().log().end().await().indefinitely();
    }
    try {
      long position = Long.parseLong(from.strip());
      if (position >= 0) {
        return Math.max(0, position - 1);
      }
    } catch (NumberFormatException _) {
      // refused below
    }
    throw new InvalidRequestException(
        FieldProblem.query("value_error", "from", "Should be a position, 0 or more, or now"));
  }

  private static long position(String lastEventId) {
    try {
      return Math.max(0, Long.parseLong(lastEventId.strip()));
    } catch (NumberFormatException notANumber) {
      throw new InvalidRequestException(
          FieldProblem.query("int_parsing", "Last-Event-ID", "Should be a position of the log"));
    }
  }
}
