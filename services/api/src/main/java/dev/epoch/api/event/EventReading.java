package dev.epoch.api.event;

import dev.epoch.events.RecordKind;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.log.StoredRecord;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * One reading of the log: makes events of a repository of its records. Events name branches by id,
 * and tables of a large commit are in records before it; both are learnt on the way, so use one
 * instance for each reading. For one thread at a time.
 */
public final class EventReading {
  private final Source source;
  private final BranchNames before;
  private PMap<String, String> names = HashTreePMap.empty();
  private PMap<String, Set<String>> tablesOfOperations = HashTreePMap.empty();

  /**
   * What is read.
   *
   * @param repository its name
   * @param stream of the repository in the log
   * @param names of its branches, at the time when they are asked for
   */
  record Source(String repository, String stream, Supplier<BranchNames> names) {
    static Source of(LiveRepository repository) {
      return new Source(repository.name(), repository.stream(), () -> BranchNames.now(repository));
    }
  }

  EventReading(Source source) {
    this.source = source;
    this.before = source.names().get();
  }

  public static EventReading of(LiveRepository repository) {
    return new EventReading(Source.of(repository));
  }

  /** The event of the next record; empty for other records. */
  public Optional<LogEvent> next(StoredRecord stored) {
    if (stored.envelope().kind() != RecordKind.EVENT || !stored.stream().equals(source.stream())) {
      return Optional.empty();
    }
    learnNames(stored);
    return Optional.of(event(stored, tablesBefore(stored)));
  }

  private LogEvent event(StoredRecord stored, Set<String> tablesBefore) {
    PMap<String, String> learnt = names;
    return new LogEvent(
        stored,
        source.repository(),
        id -> Optional.ofNullable(learnt.get(id)).or(() -> before.of(id)),
        tablesBefore);
  }

  private void learnNames(StoredRecord stored) {
    String field =
        switch (stored.envelope().type()) {
          case "repository-created", "catalog-created" -> "default_branch";
          case "branch-created",
              "branch-deleted",
              "catalog-branch-created",
              "catalog-branch-changed" ->
              "name";
          case "branch-renamed" -> "to";
          default -> null;
        };
    if (field != null) {
      LogEvent naming = event(stored, Set.of());
      names = names.plus(naming.branchId(), naming.data().path(field).asText());
    }
  }

  private Set<String> tablesBefore(StoredRecord stored) {
    String type = stored.envelope().type();
    if (type.equals("commit-tables-recorded")) {
      LogEvent part = event(stored, Set.of());
      Set<String> tables = new TreeSet<>(part.tables());
      tables.addAll(tablesOfOperations.getOrDefault(operation(part), Set.of()));
      tablesOfOperations = tablesOfOperations.plus(operation(part), tables);
    } else if (!tablesOfOperations.isEmpty()
        && (type.equals("commit-created") || type.equals("operation-aborted"))) {
      String operation = operation(event(stored, Set.of()));
      Set<String> tables = tablesOfOperations.getOrDefault(operation, Set.of());
      tablesOfOperations = tablesOfOperations.minus(operation);
      return type.equals("commit-created") ? tables : Set.of();
    }
    return Set.of();
  }

  private static String operation(LogEvent event) {
    return event.data().path("operation_id").asText();
  }
}
