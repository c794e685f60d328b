package dev.epoch.api.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.rows.RecordJson;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.projections.EventDecoder;
import dev.epoch.projections.ProjectedEvent;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.ChangeQuery;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;

/** Changes of a table's records, commit by commit, as they come. */
@Path(ApiPaths.PREFIX + "/changes/stream")
@Tag(name = "Events")
public class ChangesResource {
  /** Changes that are read at a time; no connection is held while a client takes them. */
  private static final int PAGE = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(2);

  private static final Executor VIRTUAL = task -> Thread.ofVirtual().name("changes").start(task);

  private final ApiRequest request;
  private final EventTail tail;
  private final KeptStreams streams;

  ChangesResource(ApiRequest request, EventTail tail, KeptStreams streams) {
    this.request = request;
    this.tail = tail;
    this.streams = streams;
  }

  /** One change, as it is sent. */
  @Schema(name = "RecordChangeEvent")
  public record ChangeView(
      @Schema(description = "Of the commit in the log") long position,
      @Schema(description = "Id of the commit") String commit,
      String table,
      ObjectNode key,
      @Schema(description = "insert, update or delete") String type,
      @Schema(description = "Null for an insert") ObjectNode before,
      @Schema(description = "Null for a delete") ObjectNode after) {}

  /**
   * Where a stream is: behind this many changes of what the record at the position brought.
   *
   * @param seen all of it if {@link Long#MAX_VALUE}
   */
  private record Place(long position, long seen) {}

  @GET
  @Blocking
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @ResponseHeader(name = "Cache-Control", value = "no-cache")
  @ResponseHeader(name = "X-Accel-Buffering", value = "no")
  @Operation(
      summary = "Changed records as they are committed",
      description =
          "Server-sent events: for each commit of the branch, also one that a merge brought, what it changed in the table, in key order. A client that comes back with Last-Event-ID misses none.")
  @APIResponse(
      responseCode = "200",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(implementation = ChangeView.class)))
  public Multi<OutboundSseEvent> stream(
      @Parameter(description = "Name of the table", required = true) @QueryParam("table")
          String table,
      @Parameter(description = "Name of the branch; the actor's unless given") @QueryParam("branch")
          String branch,
      @Parameter(description = "Position to start at; the end of the log unless given")
          @QueryParam("from")
          Long from,
      @Parameter(description = "Id of the last event seen; wins over from")
          @HeaderParam("Last-Event-ID")
          String lastEventId,
      @Context Sse sse) {
    if (table == null || table.isEmpty()) {
      throw new InvalidRequestException(
          FieldProblem.query("missing", "table", "Name a table, such as table=users"));
    }
    if (from != null && from < 0) {
      throw new InvalidRequestException(
          FieldProblem.query("greater_than_equal", "from", "Should be 0 or more"));
    }
    RepositoryState state = request.state();
    LiveRepository repository = request.repository();
    BranchState followed = request.branch(state, branch);
    if (from == null && lastEventId == null) {
      // a table that is not there yet may come; a misspelt one is told at once
      Snapshot.of(state, state.head(followed), followed.name()).table(table);
    }
    Place start =
        lastEventId != null
            ? place(lastEventId)
            : new Place(from == null ? repository.position() : from - 1, Long.MAX_VALUE);
    long after = start.seen() == Long.MAX_VALUE ? start.position() : start.position() - 1;
    VersioningServer server = request.server();
    EventDecoder decoder = new EventDecoder(new RecordCodec());
    Multi<OutboundSseEvent> changes =
        request
            .whileReadable(
                repository, tail.events(repository, Math.max(0, after), movesOf(followed)))
            .onItem()
            .transformToMultiAndConcatenate(event ->
                step(decoder.decode(event.stored()))
                    .map(step ->
                        changes(new Reading(server, repository, table, step, event.position())))
                    .orElseGet(() -> Multi.createFrom().empty()))
            .filter(numbered ->
                numbered.view().position() > start.position() || numbered.number() > start.seen())
            .map(numbered -> numbered.event(sse));
    return streams.kept(sse, changes);
  }

  private static EventFilter movesOf(BranchState branch) {
    return new EventFilter(
        Set.of("commit-created", "branch-moved"), List.of(), List.of(), branch.id());
  }

  private static Place place(String lastEventId) {
    try {
      String[] parts = lastEventId.strip().split("\\.", 2);
      return new Place(
          Long.parseLong(parts[0]), parts.length == 2 ? Long.parseLong(parts[1]) : Long.MAX_VALUE);
    } catch (NumberFormatException notAnId) {
      throw new InvalidRequestException(
          FieldProblem.query(
              "int_parsing", "Last-Event-ID", "Should be the id of an event of this stream"));
    }
  }

  /**
   * From one commit to another.
   *
   * @param from null for the first commit
   */
  private record Step(String from, String to) {}

  private static Optional<Step> step(Optional<ProjectedEvent> event) {
    return event.flatMap(projected ->
        switch (projected.event()) {
          case CommitCreatedV1 e when !e.parents().isEmpty() ->
              Optional.of(new Step(e.parents().getFirst(), e.commit()));
          case BranchMovedV1 e -> Optional.of(new Step(e.from(), e.to()));
          default -> Optional.empty();
        });
  }

  /** A change, and its number among those of its step, from 1. */
  private record Numbered(ChangeView view, long number) {
    OutboundSseEvent event(Sse sse) {
      return sse.newEventBuilder()
          .id(view.position() + "." + number)
          .name(view.type())
          .data(String.class, ApiJson.text(ApiJson.mapper().valueToTree(view)))
          .build();
    }
  }

  /** On virtual threads, page by page, as they are asked for. */
  private static Multi<Numbered> changes(Reading reading) {
    return Multi.createBy()
        .repeating()
        .uni(() -> Uni.createFrom().item(reading::page).runSubscriptionOn(VIRTUAL))
        .until(List::isEmpty)
        .onItem()
        .disjoint();
  }

  /** Reads the changes of one step. Of one thread at a time. */
  private static final class Reading {
    private final VersioningServer server;
    private final LiveRepository repository;
    private final String table;
    private final Step step;
    private final long position;
    private RowKey last;
    private long number;
    private boolean done;

    Reading(
        VersioningServer server,
        LiveRepository repository,
        String table,
        Step step,
        long position) {
      this.server = server;
      this.repository = repository;
      this.table = table;
      this.step = step;
      this.position = position;
    }

    /** The next changes; none at the end. */
    List<Numbered> page() {
      if (done) {
        return List.of();
      }
      RepositoryState state = includingStep();
      Snapshot base = snapshot(state, step.from());
      Snapshot target = snapshot(state, step.to());
      Snapshot.Readable readable = target.tables().get(table);
      if (readable == null) {
        readable = base.tables().get(table);
      }
      if (readable == null) {
        done = true;
        return List.of();
      }
      TableHandle handle = readable.handle();
      RecordJson json = new RecordJson(handle.schema(), server.reads().values(state, handle));
      List<Numbered> page = new ArrayList<>();
      try (RowStream<RowChange> changes =
          server
              .diffs()
              .changes(
                  base,
                  target,
                  table,
                  ChangeQuery.page(last, EnumSet.allOf(RowChange.Kind.class), PAGE))) {
        while (changes.hasNext()) {
          RowChange change = changes.next();
          last = change.key();
          page.add(new Numbered(view(json.change(change)), ++number));
        }
      }
      done = page.size() < PAGE;
      return page;
    }

    /** A record can be read a moment before the state includes it. */
    private RepositoryState includingStep() {
      long limit = System.nanoTime() + PATIENCE.toNanos();
      while (repository.position() < position && System.nanoTime() < limit) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      return repository.state();
    }

    private static Snapshot snapshot(RepositoryState state, String commit) {
      CommitState found = state.commits().of(commit).orElseThrow();
      return Snapshot.of(state, found, commit);
    }

    private ChangeView view(ObjectNode change) {
      return new ChangeView(
          position,
          step.to(),
          table,
          (ObjectNode) change.get("key"),
          change.get("type").asText(),
          change.get("before") instanceof ObjectNode before ? before : null,
          change.get("after") instanceof ObjectNode after ? after : null);
    }
  }
}
