package dev.epoch.api.event;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.RecordKind;
import dev.epoch.events.RecordType;
import dev.epoch.webhooks.NamePatterns;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which events a reader wants.
 *
 * @param types wire names, empty for all
 * @param branches patterns of the names of branches, empty for all
 * @param tables patterns of the names of tables, empty for all
 * @param branchId of the only branch, whatever its name; null for all
 */
public record EventFilter(
    Set<String> types, List<String> branches, List<String> tables, String branchId) {
  private static final Set<String> KNOWN =
      Arrays.stream(RecordType.values())
          .filter(type -> type.kind() == RecordKind.EVENT)
          .map(RecordType::wireName)
          .collect(Collectors.toCollection(TreeSet::new));

  /**
   * Of what a client asked for: each several times, several joined by commas, or null.
   *
   * @throws InvalidRequestException if there is no type of such a name
   */
  public static EventFilter of(List<String> types, List<String> branches, List<String> tables) {
    Set<String> wanted = Set.copyOf(split(types));
    for (String type : wanted) {
      if (!KNOWN.contains(type)) {
        throw new InvalidRequestException(
            FieldProblem.query("value_error", "type", "There are no events of type '" + type + "'"),
            "One of: " + String.join(", ", KNOWN));
      }
    }
    return new EventFilter(wanted, split(branches), split(tables), null);
  }

  private static List<String> split(List<String> given) {
    return given == null
        ? List.of()
        : given.stream().flatMap(names -> Arrays.stream(names.split(","))).toList();
  }

  /** Looks into the event only if its type is wanted. */
  public boolean wants(LogEvent event) {
    return (types.isEmpty() || types.contains(event.type()))
        && (branchId == null || branchId.equals(event.branchId()))
        && (branches.isEmpty()
            || NamePatterns.anyMatches(branches, event.branch().stream().toList()))
        && (tables.isEmpty() || NamePatterns.anyMatches(tables, event.tables()));
  }
}
