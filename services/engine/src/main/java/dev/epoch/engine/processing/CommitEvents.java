package dev.epoch.engine.processing;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.CommitIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pcollections.PMap;

/** The events that make a commit; those of a commit of many tables are several. */
final class CommitEvents {
  /** An entry is below 1 KiB, so a record stays below its limit. */
  private static final int ENTRIES_PER_RECORD = 150;

  private CommitEvents() {}

  /**
   * @param branchLocations by table id: where the branch keeps rows of tables that the commit's
   *     entries do not tell of
   */
  static List<Event> of(
      RepositoryState state,
      BranchState branch,
      OperationState operation,
      List<String> parents,
      List<TableEntry> entries,
      List<String> removed,
      Map<String, RowsLocation> branchLocations,
      Actor author,
      String message,
      Instant time) {
    CommitState first = state.commits().byId().get(parents.getFirst());
    PMap<String, TableEntry> tree = first.tree().minusAll(removed);
    for (TableEntry entry : entries) {
      tree = tree.plus(entry.name(), entry);
    }
    String id =
        CommitIds.compute(parents.stream().map(CommitId::new).toList(), tree, author, message, time)
            .hex();

    Map<String, RowsLocation> locations = new HashMap<>(branch.locations());
    locations.putAll(branchLocations);
    entries.forEach(entry -> locations.remove(entry.tableId()));

    List<Event> events = new ArrayList<>();
    int start = 0;
    for (; entries.size() - start > ENTRIES_PER_RECORD; start += ENTRIES_PER_RECORD) {
      events.add(
          new CommitTablesRecordedV1(
              operation.id(), entries.subList(start, start + ENTRIES_PER_RECORD)));
    }
    events.add(
        new CommitCreatedV1(
            operation.id(),
            branch.id(),
            id,
            parents,
            author,
            message,
            time,
            entries.subList(start, entries.size()),
            removed,
            locations));
    return events;
  }
}
