package dev.epoch.engine.processing;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.table.FormerTable;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.CommitIds;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pcollections.PMap;

/** The events that make a commit; those of a commit of many tables are several. */
final class CommitEvents {
  /** An entry is below 1 KiB, so a record stays below its limit. */
  private static final int ENTRIES_PER_RECORD = 150;

  /** A schema has a record of its own where there are more: one of a wide table is large. */
  private static final int SCHEMAS_IN_COMMIT = 1;

  /** So many locations take the room of an entry. */
  private static final int LOCATIONS_PER_ENTRY = 8;

  private CommitEvents() {}

  /**
   * What a commit holds.
   *
   * @param parents the first is the head before
   * @param entries of tables that changed against it
   * @param removed names of tables of the first parent that are versioned no more
   * @param branchLocations by table id: where the branch keeps rows of tables that the commit's
   *     entries do not tell of
   * @param schemas of entries; those that a record had before are left out
   */
  record Content(
      List<String> parents,
      List<TableEntry> entries,
      List<String> removed,
      Map<String, RowsLocation> branchLocations,
      List<StoredSchema> schemas) {}

  /** Who says what about it, and when. */
  record Text(Actor author, String message, Instant time) {}

  /**
   * Which of an operation's commits it is.
   *
   * @param live the one of live changes, before the merge's own
   * @param liveCommit id of that one, if there was one before this
   */
  record Part(boolean live, String liveCommit) {
    static final Part ALONE = new Part(false, null);
    static final Part LIVE = new Part(true, null);
  }

  /**
   * A commit like one that exists, of another branch at the same microsecond, gets the next
   * microsecond: ids are unique.
   */
  static List<Event> of(
      RepositoryState state,
      BranchState branch,
      OperationState operation,
      Content content,
      Text text,
      Part part) {
    List<String> parents = content.parents();
    List<TableEntry> entries = content.entries();
    List<String> removed = content.removed();
    Actor author = text.author();
    String message = text.message();
    CommitState first = state.commits().byId().get(parents.getFirst());
    PMap<String, TableEntry> tree = first.tree().minusAll(removed);
    List<String> gone = new ArrayList<>(removed);
    for (TableEntry entry : entries) {
      tree = tree.plus(entry.name(), entry);
      gone.remove(entry.name());
    }
    List<CommitId> parentIds = parents.stream().map(CommitId::new).toList();
    Instant unique = text.time();
    String id = CommitIds.compute(parentIds, tree, author, message, unique).hex();
    while (state.commits().contains(id)) {
      unique = unique.plus(1, ChronoUnit.MICROS);
      id = CommitIds.compute(parentIds, tree, author, message, unique).hex();
    }

    Map<String, RowsLocation> locations =
        locations(branch, tree, entries, content.branchLocations());
    int room = Math.max(0, ENTRIES_PER_RECORD - locations.size() / LOCATIONS_PER_ENTRY);
    List<Event> events = new ArrayList<>();
    List<StoredSchema> schemas = unknown(state, content.schemas());
    while (schemas.size() > SCHEMAS_IN_COMMIT) {
      events.add(
          new CommitTablesRecordedV1(
              operation.id(), List.of(), Map.of(), List.of(schemas.removeLast())));
    }
    int start = 0;
    while (entries.size() - start > room) {
      int end = Math.min(start + ENTRIES_PER_RECORD, entries.size());
      events.add(
          new CommitTablesRecordedV1(
              operation.id(),
              entries.subList(start, end),
              former(first, entries.subList(start, end), List.of())));
      start = end;
    }
    events.add(
        new CommitCreatedV1(
            operation.id(),
            branch.id(),
            id,
            parents,
            author,
            message,
            unique,
            entries.subList(start, entries.size()),
            gone,
            locations,
            part.live(),
            part.liveCommit(),
            former(first, entries.subList(start, entries.size()), gone),
            schemas));
    return events;
  }

  /** Those that no record had, each once. */
  static List<StoredSchema> unknown(RepositoryState state, List<StoredSchema> schemas) {
    List<StoredSchema> unknown = new ArrayList<>();
    Set<String> hashes = new HashSet<>(state.tables().schemas().keySet());
    for (StoredSchema schema : schemas) {
      if (hashes.add(schema.hash().hex())) {
        unknown.add(schema);
      }
    }
    return unknown;
  }

  private static Map<String, FormerTable> former(
      CommitState parent, List<TableEntry> changed, List<String> removed) {
    Map<String, FormerTable> former = new HashMap<>();
    for (TableEntry entry : changed) {
      TableEntry before = parent.tree().get(entry.name());
      if (before != null) {
        boolean same = before.schemaHash().equals(entry.schemaHash());
        former.put(
            entry.name(), new FormerTable(before.rowCount(), same ? null : before.schemaHash()));
      }
    }
    for (String name : removed) {
      TableEntry before = parent.tree().get(name);
      former.put(name, new FormerTable(before.rowCount(), before.schemaHash()));
    }
    return former;
  }

  /**
   * What the operation says, else what the commit's new entries say, else what was true before; of
   * tables of the commit only, and only where it differs from the entry.
   */
  private static Map<String, RowsLocation> locations(
      BranchState branch,
      PMap<String, TableEntry> tree,
      List<TableEntry> entries,
      Map<String, RowsLocation> branchLocations) {
    Map<String, RowsLocation> candidates = new HashMap<>(branch.locations());
    entries.forEach(entry -> candidates.remove(entry.tableId()));
    candidates.putAll(branchLocations);
    if (candidates.isEmpty()) {
      return Map.of();
    }
    Map<String, RowsLocation> locations = new HashMap<>();
    for (TableEntry entry : tree.values()) {
      RowsLocation location = candidates.get(entry.tableId());
      if (location != null && !location.equals(entry.location())) {
        locations.put(entry.tableId(), location);
      }
    }
    return locations;
  }
}
