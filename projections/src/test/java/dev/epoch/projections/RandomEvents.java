package dev.epoch.projections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.LearntConflict;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitStatusSetV1;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.MergeAbortedV1;
import dev.epoch.events.event.MergeOpenedV1;
import dev.epoch.events.event.OperationAbortedV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPreparedV1;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.event.ResolutionsForgottenV1;
import dev.epoch.events.event.StorageAddedV1;
import dev.epoch.events.event.StorageRemovedV1;
import dev.epoch.events.event.StorageUpdatedV1;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Events of one repository, each of which fits those before it. */
final class RandomEvents {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
  private static final Actor AUTHOR = new Actor("alice", "Alice", "alice@example.com");

  private final Random random;
  private final List<String> branches = new ArrayList<>();
  private final List<String> commits = new ArrayList<>(List.of("root"));
  private int made;

  RandomEvents(Random random) {
    this.random = random;
  }

  /** What one command leads to. */
  List<Event> next() {
    made++;
    if (branches.isEmpty()) {
      branches.add("b0");
      return List.of(new RepositoryCreatedV1("", "main", "b0", "root"));
    }
    String branch = any(branches);
    return switch (random.nextInt(10)) {
      case 0 -> {
        branches.add("b" + made);
        yield List.of(
            new BranchCreatedV1("b" + made, "name-" + made, any(commits), "main", Map.of()));
      }
      case 1 ->
          List.of(
              new BranchRenamedV1(branch, "old", "renamed-" + made),
              new CommitStatusSetV1(any(commits), "ci", "success", "run " + made, null));
      case 2 -> {
        if (branches.size() < 4) {
          yield commit(branch);
        }
        String deleted = branches.remove(1 + random.nextInt(branches.size() - 1));
        yield List.of(new BranchDeletedV1(deleted, "some", "root"));
      }
      case 3 -> {
        UUID operation = new UUID(random.nextLong(), random.nextLong());
        yield List.of(
            prepared(operation, branch), new OperationAbortedV1(operation, "BUSY", "no lock"));
      }
      case 4 ->
          List.of(
              new MergeOpenedV1(
                  "m" + made,
                  branch,
                  "other",
                  any(commits),
                  any(commits),
                  List.of("root"),
                  "three_way",
                  null,
                  null,
                  Map.of("users", 2L, "orders", 1L + random.nextInt(9)),
                  "commit",
                  "merge",
                  null));
      case 5 ->
          random.nextBoolean()
              ? List.of(new MergeAbortedV1("m", branch))
              : List.of(
                  new BranchMovedV1(
                      null, branch, any(commits), any(commits), "fast_forward", Map.of()));
      case 6 ->
          random.nextInt(6) == 0
              ? List.of(
                  new ResolutionsForgottenV1(
                      random.nextBoolean() ? "users" : null,
                      List.of(),
                      random.nextBoolean() ? "name" : null,
                      null,
                      1))
              : List.of(decided(branch));
      case 7 -> storages();
      default -> commit(branch);
    };
  }

  private Event decided(String branch) {
    return new ConflictsResolvedV1(
        "m",
        branch,
        random.nextBoolean() ? "users" : null,
        random.nextBoolean() ? List.of("1", "a'b") : List.of(),
        random.nextBoolean() ? "name" : null,
        null,
        random.nextBoolean() ? "ours" : "value",
        Map.of("name", "n" + made, "note", "\"\\{}"),
        List.of("email"),
        false,
        1,
        random.nextInt(5),
        1,
        null,
        List.of(
            new LearntConflict(
                "mark" + random.nextInt(5), "users", List.of("1", "a'b"), null, null),
            new LearntConflict(
                "field" + random.nextInt(5), "users", List.of("1", "a'b"), "name", null)));
  }

  private List<Event> storages() {
    String name = "s" + random.nextInt(3);
    Map<String, JsonNode> config = Map.of("port", IntNode.valueOf(made));
    return switch (random.nextInt(4)) {
      case 0 -> List.of(new StorageRemovedV1(name));
      case 1 -> List.of(new StorageUpdatedV1(name, config, null, null, false, null));
      case 2 ->
          List.of(new StorageUpdatedV1(name, config, null, "d" + made, null, random.nextBoolean()));
      default ->
          List.of(
              new StorageRemovedV1(name),
              new StorageAddedV1(
                  name,
                  "postgresql",
                  Map.of("database", TextNode.valueOf("shop")),
                  null,
                  null,
                  random.nextBoolean()));
    };
  }

  private List<Event> commit(String branch) {
    UUID operation = new UUID(random.nextLong(), random.nextLong());
    String commit = "c" + made;
    List<Event> events =
        List.of(
            prepared(operation, branch),
            new CommitTablesRecordedV1(operation, List.of(entry("t1", "users")), Map.of()),
            new CommitCreatedV1(
                operation,
                branch,
                commit,
                List.of(any(commits)),
                AUTHOR,
                "commit " + made,
                TIME,
                List.of(entry("t2", "orders")),
                List.of(),
                Map.of(),
                false,
                null,
                Map.of()));
    commits.add(commit);
    return events;
  }

  private static OperationPreparedV1 prepared(UUID operation, String branch) {
    return new OperationPreparedV1(
        operation, branch, "root", new OperationPlan.Commit(List.of("t1"), "m", AUTHOR, TIME));
  }

  private TableEntry entry(String id, String name) {
    Digest hash = Digest.of((name + made).getBytes(StandardCharsets.UTF_8));
    return new TableEntry(
        id, name, hash, hash, "AA==", random.nextInt(99), RowsLocation.live(made), null, 3, 0, 0);
  }

  private String any(List<String> list) {
    return list.get(random.nextInt(list.size()));
  }
}
