package dev.epoch.api.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.event.EventPage.EventView;
import dev.epoch.api.json.ApiJson;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.events.RecordType;
import dev.epoch.log.StoredRecord;
import dev.epoch.webhooks.NamePatterns;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Records of the log, in order, as clients see events of one repository. Events name branches by
 * id; the names are learnt on the way, so use one instance for each reading.
 */
public final class EventViews {
  private static final Set<String> KNOWN =
      Arrays.stream(RecordType.values())
          .filter(type -> type.kind() == RecordKind.EVENT)
          .map(RecordType::wireName)
          .collect(Collectors.toCollection(TreeSet::new));

  /** Events that tell the names of branches. */
  private static final Set<String> NAMING =
      Set.of("repository-created", "branch-created", "branch-deleted", "branch-renamed");

  private final String repository;
  private final String stream;
  private final Set<String> types;
  private final List<String> branches;
  private final List<String> tables;
  private final EventTables eventTables = new EventTables();
  private final Map<String, String> branchNames = new HashMap<>();

  /**
   * @param stream of the repository in the log
   * @param types wire names that are wanted, empty for all
   * @param branches patterns of the names of branches that are wanted, empty for all
   * @param tables patterns of the names of tables that are wanted, empty for all
   * @throws InvalidRequestException if there is no type of such a name
   */
  public EventViews(
      RepositoryState state,
      String stream,
      List<String> types,
      List<String> branches,
      List<String> tables) {
    this.repository = state.name();
    this.stream = stream;
    this.types = new HashSet<>();
    this.types.addAll(split(types));
    for (String wanted : this.types) {
      if (!KNOWN.contains(wanted)) {
        throw new InvalidRequestException(
            FieldProblem.query(
                "value_error", "type", "There are no events of type '" + wanted + "'"),
            "One of: " + String.join(", ", KNOWN));
      }
    }
    this.branches = split(branches);
    this.tables = split(tables);
    state.branches().byId().values().forEach(known -> branchNames.put(known.id(), known.name()));
  }

  /** Several joined by commas, several times, or null. */
  private static List<String> split(List<String> given) {
    return given == null
        ? List.of()
        : given.stream().flatMap(names -> Arrays.stream(names.split(","))).toList();
  }

  /** The event, empty for other records and for events that are not wanted. */
  public Optional<EventView> of(StoredRecord stored) {
    Envelope envelope = stored.envelope();
    if (envelope.kind() != RecordKind.EVENT || !stored.stream().equals(stream)) {
      return Optional.empty();
    }
    if (tables.isEmpty()
        && !types.isEmpty()
        && !types.contains(envelope.type())
        && !NAMING.contains(envelope.type())) {
      // neither wanted nor learnt from: a stream that waits for others does not parse it
      return Optional.empty();
    }
    JsonNode data = data(envelope);
    String name = branch(envelope.type(), data);
    if (!tables.isEmpty()
        && !NamePatterns.anyMatches(tables, eventTables.of(envelope.type(), data))) {
      return Optional.empty();
    }
    if ((!types.isEmpty() && !types.contains(envelope.type()))
        || !NamePatterns.anyMatches(branches, name == null ? List.of() : List.of(name))) {
      return Optional.empty();
    }
    return Optional.of(
        new EventView(
            stored.position(),
            envelope.id().toString(),
            envelope.type(),
            envelope.version(),
            repository,
            name,
            envelope.actor(),
            envelope.time(),
            data));
  }

  private static JsonNode data(Envelope envelope) {
    try {
      JsonNode data = ApiJson.mapper().readTree(envelope.data());
      if (data instanceof ObjectNode object) {
        object.remove("sealed_secrets");
      }
      return data;
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException("record " + envelope.id() + " is no JSON", unreadable);
    }
  }

  private String branch(String type, JsonNode data) {
    String id = data.path("branch_id").asText("");
    switch (type) {
      case "repository-created" -> {
        id = data.path("default_branch_id").asText();
        branchNames.put(id, data.path("default_branch").asText());
      }
      case "branch-created", "branch-deleted" -> branchNames.put(id, data.path("name").asText());
      case "branch-renamed" -> branchNames.put(id, data.path("to").asText());
      default -> {
        // other events do not name their branch
      }
    }
    return branchNames.get(id);
  }
}
