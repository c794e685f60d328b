package dev.epoch.webhooks.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.ChangesStagedV1;
import dev.epoch.events.event.ChangesUnstagedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitSchemaRecordedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.MergeRequestClosedV1;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TableSyncedV1;
import dev.epoch.events.table.TableEntry;
import dev.epoch.projections.ProjectedEvent;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Events as receivers see them. What a payload holds is described by the schemas {@code
 * webhook*.v1.json} beside those of the events.
 */
public final class Messages {
  static final String TEST = "webhook-test";

  /** Tables that a payload names; receivers read the others at the diff's URL. */
  private static final int MOST_TABLES = 200;

  /** Characters of an event's own data; receivers read longer ones at the event's URL. */
  private static final int LONGEST_DATA = 32 * 1024;

  private static final int VERSION = 1;

  private final String api;
  private final EventContext context;

  /**
   * @param api address of the API, or its path where the address is not known
   */
  public Messages(String api, EventContext context) {
    this.api = api;
    this.context = context;
  }

  /** What is sent of an event. */
  public Message of(ProjectedEvent event) {
    Envelope envelope = event.stored().envelope();
    String branch = context.branch(event);
    ObjectNode data = RecordCodec.json().createObjectNode();
    data.put("id", envelope.id().toString())
        .put("position", event.stored().position())
        .put("repository", event.repository())
        .put("branch", branch.isEmpty() ? null : branch)
        .set("actor", actor(envelope.actor()));
    data.put(
        "event_url",
        api
            + "/events?from="
            + event.stored().position()
            + "&limit=1&repository="
            + encoded(event.repository()));
    Set<String> tables = new TreeSet<>();
    switch (event.event()) {
      case CommitCreatedV1 commit -> {
        List<TableEntry> entries = new ArrayList<>(context.tablesBefore(event, commit));
        entries.addAll(commit.tables());
        entries.forEach(entry -> tables.add(entry.name()));
        tables.addAll(commit.removedTables());
        commit(data, commit, entries, event.repository());
      }
      default -> {
        tables.addAll(tables(event));
        if (event.event() instanceof BranchMovedV1 moved) {
          data.put("diff_url", diff(moved.from(), moved.to(), event.repository()));
        }
        data.set("event", own(envelope));
      }
    }
    return new Message(
        envelope.id(),
        event.repository(),
        event.stored().position(),
        envelope.type(),
        branch,
        tables,
        text(envelope.type(), envelope.time(), data),
        envelope.time());
  }

  /** What tries a webhook out. */
  public static Message test(String repository, String webhook, UUID id, Instant time) {
    ObjectNode data = RecordCodec.json().createObjectNode();
    data.put("id", id.toString()).put("repository", repository).put("webhook", webhook);
    return new Message(id, repository, null, TEST, "", Set.of(), text(TEST, time, data), time);
  }

  private void commit(
      ObjectNode data, CommitCreatedV1 commit, List<TableEntry> entries, String repository) {
    data.put("commit", commit.commit());
    ArrayNode parents = data.putArray("parents");
    commit.parents().forEach(parents::add);
    data.set("author", actor(commit.author()));
    data.put("message", commit.message());
    data.put("commit_time", commit.time().toString());
    ArrayNode tables = data.putArray("tables");
    entries.stream()
        .limit(MOST_TABLES)
        .forEach(entry ->
            tables
                .addObject()
                .put("table", entry.name())
                .put("rows", entry.rowCount())
                .put("inserted", entry.inserted())
                .put("updated", entry.updated())
                .put("deleted", entry.deleted()));
    ArrayNode removed = data.putArray("removed_tables");
    commit.removedTables().stream().limit(MOST_TABLES).forEach(removed::add);
    data.put(
        "tables_left_out",
        Math.max(0, entries.size() - MOST_TABLES)
            + Math.max(0, commit.removedTables().size() - MOST_TABLES));
    data.put(
        "diff_url",
        commit.parents().isEmpty()
            ? null
            : diff(commit.parents().getFirst(), commit.commit(), repository));
  }

  private String diff(String base, String target, String repository) {
    return api
        + "/commits/diff?base="
        + base
        + "&target="
        + target
        + "&repository="
        + encoded(repository);
  }

  private static Stream<String> named(ProjectedEvent event) {
    return switch (event.event()) {
      case TableRegisteredV1 e -> Stream.of(e.name());
      case TableSyncedV1 e -> Stream.of(e.name());
      case TableRemovedV1 e -> Stream.of(e.name());
      case CommitTablesRecordedV1 e -> e.tables().stream().map(TableEntry::name);
      case ChangesStagedV1 e -> e.tables().stream();
      case ChangesUnstagedV1 e -> e.tables().stream();
      case MergeOpenedV1 e -> e.conflicts().keySet().stream();
      case ConflictsResolvedV1 e when e.table() != null -> Stream.of(e.table());
      case Event.OfRepository _,
          Event.OfStorage _,
          Event.OfBranch _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfOperation _,
          CommitCreatedV1 _,
          CommitSchemaRecordedV1 _,
          MergeRequestClosedV1 _,
          MergeRequestedV1 _,
          ResolutionsForgottenV1 _,
          ConflictsResolvedV1 _,
          MergeAbortedV1 _,
          Event.OfReplay _,
          CommandCompletedV1 _ ->
          Stream.empty();
    };
  }

  private static Set<String> tables(ProjectedEvent event) {
    return new TreeSet<>(named(event).toList());
  }

  private static JsonNode own(Envelope envelope) {
    if (envelope.data().length() > LONGEST_DATA) {
      return RecordCodec.json().nullNode();
    }
    try {
      JsonNode data = RecordCodec.json().readTree(envelope.data());
      if (data instanceof ObjectNode object) {
        object.remove("sealed_secrets");
      }
      return data;
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException("record " + envelope.id() + " is no JSON", unreadable);
    }
  }

  public static ObjectNode actor(Actor actor) {
    return RecordCodec.json()
        .createObjectNode()
        .put("id", actor.id())
        .put("name", actor.name())
        .put("email", actor.email());
  }

  private static String text(String type, Instant time, ObjectNode data) {
    ObjectNode payload = RecordCodec.json().createObjectNode();
    payload.put("type", type).put("version", VERSION).put("timestamp", time.toString());
    payload.set("data", data);
    try {
      return RecordCodec.json().writeValueAsString(payload);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
