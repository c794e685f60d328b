package dev.epoch.api.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.view.EventPage.EventView;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.events.RecordType;
import dev.epoch.log.StoredRecord;
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

  private final String repository;
  private final String stream;
  private final Set<String> types;
  private final String branch;
  private final Map<String, String> branchNames = new HashMap<>();

  /**
   * @param stream of the repository in the log
   * @param types wire names that are wanted, empty for all
   * @param branch name of the branch that is wanted, null for all
   * @throws InvalidRequestException if there is no type of such a name
   */
  public EventViews(RepositoryState state, String stream, List<String> types, String branch) {
    this.repository = state.name();
    this.stream = stream;
    this.types = new HashSet<>();
    for (String names : types == null ? List.<String>of() : types) {
      this.types.addAll(List.of(names.split(",")));
    }
    for (String wanted : this.types) {
      if (!KNOWN.contains(wanted)) {
        throw new InvalidRequestException(
            FieldProblem.query(
                "value_error", "type", "There are no events of type '" + wanted + "'"),
            "One of: " + String.join(", ", KNOWN));
      }
    }
    this.branch = branch;
    state.branches().byId().values().forEach(known -> branchNames.put(known.id(), known.name()));
  }

  /** The event, empty for other records and for events that are not wanted. */
  public Optional<EventView> of(StoredRecord stored) {
    Envelope envelope = stored.envelope();
    if (envelope.kind() != RecordKind.EVENT || !stored.stream().equals(stream)) {
      return Optional.empty();
    }
    JsonNode data = data(envelope);
    String name = branch(envelope.type(), data);
    if ((!types.isEmpty() && !types.contains(envelope.type()))
        || (branch != null && !branch.equals(name))) {
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
