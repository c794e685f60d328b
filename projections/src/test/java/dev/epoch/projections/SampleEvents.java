package dev.epoch.projections;

import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitStatusSetV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.RecoveryCompletedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a repository may have been through: commits, a branch, a recovery, an open merge. */
final class SampleEvents {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  private SampleEvents() {}

  static List<Event> history() {
    UUID operation = UUID.fromString("00000000-0000-0000-0000-000000000001");
    UUID second = UUID.fromString("00000000-0000-0000-0000-000000000002");
    Actor author = new Actor("alice", "Alice", "alice@example.com");
    OperationPlan plan = new OperationPlan.Commit(List.of("t1"), "first", author, TIME);
    OperationPlan pick =
        new OperationPlan.Merge(
            null,
            "c9",
            "c9",
            false,
            List.of(),
            List.of(),
            "second",
            author,
            TIME,
            List.of(),
            "cherry_pick");
    UUID third = UUID.fromString("00000000-0000-0000-0000-000000000003");
    OperationPlan rebase =
        new OperationPlan.Merge(
            null, "c1", "c1", true, List.of(), List.of(), "", author, TIME, List.of(), "rebase");
    return List.of(
        new RepositoryCreatedV1("", "main", "b1", "root"),
        new OperationPreparedV1(operation, "b1", "root", plan),
        new CommitTablesRecordedV1(operation, List.of(entry("t1", "users")), Map.of()),
        new CommitCreatedV1(
            operation,
            "b1",
            "c1",
            List.of("root"),
            author,
            "first",
            TIME,
            List.of(entry("t2", "orders")),
            List.of(),
            Map.of(),
            false,
            null,
            Map.of()),
        new CommitStatusSetV1("c1", "ci", "success", "all pass", null),
        new BranchCreatedV1("b2", "feature/x", "c1", "main", Map.of()),
        new OperationPreparedV1(second, "b2", "c1", pick),
        new CommitCreatedV1(
            second,
            "b2",
            "c2",
            List.of("c1"),
            author,
            "second",
            TIME,
            List.of(entry("t1", "users")),
            List.of(),
            Map.of(),
            false,
            null,
            Map.of()),
        new RecoveryCompletedV1(
            second, "rolled_forward", author, Map.of("users", "applied"), "why"),
        new OperationPreparedV1(third, "b2", "c2", rebase),
        new BranchMovedV1(third, "b2", "c2", "c1", "rebase", Map.of()),
        new MergeOpenedV1(
            "m1",
            "b1",
            "feature/x",
            "c2",
            "c1",
            List.of("c1"),
            "three_way",
            null,
            null,
            Map.of("users", 2L, "orders", 1L),
            "commit",
            "merge",
            null));
  }

  private static TableEntry entry(String id, String name) {
    Digest hash = Digest.of(name.getBytes(StandardCharsets.UTF_8));
    return new TableEntry(id, name, hash, hash, "AA==", 3, RowsLocation.live(1), null, 3, 0, 0);
  }
}
