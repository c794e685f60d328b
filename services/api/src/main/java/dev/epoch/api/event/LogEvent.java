package dev.epoch.api.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.event.EventPage.EventView;
import dev.epoch.api.json.ApiJson;
import dev.epoch.events.Envelope;
import dev.epoch.log.StoredRecord;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An event of a repository, as clients see it. It is parsed when somebody looks into it and
 * rendered when somebody is sent it, once for all of them.
 */
public final class LogEvent {
  private final StoredRecord stored;
  private final String repository;
  private final BranchNames names;
  private final Set<String> tablesBefore;
  private JsonNode data;
  private Optional<String> branch;
  private Set<String> tables;
  private String text;

  /**
   * @param names of the branches when it happened
   * @param tablesBefore that records before it hold, for a commit
   */
  LogEvent(StoredRecord stored, String repository, BranchNames names, Set<String> tablesBefore) {
    this.stored = stored;
    this.repository = repository;
    this.names = names;
    this.tablesBefore = tablesBefore;
  }

  public StoredRecord stored() {
    return stored;
  }

  public long position() {
    return stored.position();
  }

  /** Wire name. */
  public String type() {
    return stored.envelope().type();
  }

  /** As stored, without encrypted secrets. Not to be changed. */
  synchronized JsonNode data() {
    if (data == null) {
      data = parsed();
    }
    return data;
  }

  private JsonNode parsed() {
    try {
      JsonNode parsed = ApiJson.mapper().readTree(stored.envelope().data());
      if (parsed instanceof ObjectNode object) {
        object.remove("sealed_secrets");
      }
      return parsed;
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException(
          "record " + stored.envelope().id() + " is no JSON", unreadable);
    }
  }

  /** Id of the branch it is about; empty if it is about none. */
  String branchId() {
    return data().path(isFirst(type()) ? "default_branch_id" : "branch_id").asText("");
  }

  /** Whether the event makes the first branch of tables, or of a catalog. */
  static boolean isFirst(String type) {
    return type.equals("repository-created") || type.equals("catalog-created");
  }

  /** Name of the branch it is about, as it was then. */
  synchronized Optional<String> branch() {
    if (branch == null) {
      branch = names.of(branchId());
    }
    return branch;
  }

  /** Names of the tables it is about. */
  synchronized Set<String> tables() {
    if (tables == null) {
      tables = new TreeSet<>(tablesBefore);
      tables.addAll(EventTables.of(type(), data()));
    }
    return tables;
  }

  public EventView view() {
    Envelope envelope = stored.envelope();
    return new EventView(
        position(),
        envelope.id().toString(),
        envelope.type(),
        envelope.version(),
        repository,
        branch().orElse(null),
        envelope.actor(),
        envelope.principal(),
        envelope.time(),
        data());
  }

  /** The view in JSON. */
  synchronized String text() {
    if (text == null) {
      text = ApiJson.text(ApiJson.mapper().valueToTree(view()));
    }
    return text;
  }
}
