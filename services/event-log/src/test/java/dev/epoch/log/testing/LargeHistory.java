package dev.epoch.log.testing;

import dev.epoch.events.Actor;
import dev.epoch.events.Digest;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.CommitSchemaRecordedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.RepositoryCreatedV1;
import dev.epoch.events.table.FormerTable;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import dev.epoch.log.EventLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The log of a repository in which much was committed, the same for the same numbers: its branches
 * commit in turns, and each {@value #MERGE_EVERY}th commit merges the branch of the one before.
 *
 * <pre>
 *   main      0---1-------4-------7
 *             |\\
 *   branch-1  | 2-------5---
 *   branch-2  3-------6---
 * </pre>
 *
 * <p>What the databases hold is recorded for each commit at once, for some after {@value #SOON} or
 * {@value #LATE} more commits.
 */
public final class LargeHistory {
  public static final int MERGE_EVERY = 50;
  private static final int SOON = 40;
  private static final int LATE = 2_000;
  private static final Actor ACTOR = new Actor("ada", "Ada", "ada@example.org");
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BATCH = 1000;

  private final String repository;
  private final int branches;
  private final String table;
  private final int[][] parents;
  private final List<Envelope> batch = new ArrayList<>(BATCH);
  private final RecordCodec codec = new RecordCodec();
  private long version;

  /**
   * @param commits without the root
   * @param table name of the table that each commit changes; null for commits without tables
   */
  public LargeHistory(String repository, int commits, int branches, String table) {
    this.repository = repository;
    this.branches = branches;
    this.table = table;
    this.parents = new int[commits + 1][];
    int[] heads = new int[branches];
    parents[0] = new int[0];
    for (int i = 1; i <= commits; i++) {
      int branch = branch(i);
      int other = branch(i - 1);
      boolean merge = i % MERGE_EVERY == 0 && heads[branch] != heads[other];
      parents[i] = merge ? new int[] {heads[branch], heads[other]} : new int[] {heads[branch]};
      heads[branch] = i;
    }
  }

  private int branch(int commit) {
    return commit % branches;
  }

  /** The id of the commit of this number; 0 is the root. */
  public String id(int commit) {
    return Digest.of((repository + commit).getBytes(StandardCharsets.UTF_8)).hex();
  }

  /** Numbers of a commit's parents. */
  public int[] parents(int commit) {
    return parents[commit];
  }

  /** What is recorded of the schemas of a commit, by storage; empty if nothing was in the end. */
  public Map<String, RecordedSchema> schemas(int commit) {
    if (commit == 0 || recordedAfter(commit) >= parents.length) {
      return Map.of();
    }
    Digest digest =
        Digest.of((repository + " schema " + commit / 1000).getBytes(StandardCharsets.UTF_8));
    return Map.of("app", new RecordedSchema(digest, digest, 3));
  }

  private static int recordedAfter(int commit) {
    return commit % 5000 == 77 ? commit + LATE : commit % 97 == 0 ? commit + SOON : commit;
  }

  /** Appends the records to the stream of the repository, which is empty. */
  public void appendTo(EventLog log, String stream) {
    add(log, stream, 0, new RepositoryCreatedV1("", "main", "b0", id(0)));
    for (int i = 1; i < branches; i++) {
      add(log, stream, 0, new BranchCreatedV1("b" + i, "branch-" + i, id(0), "main", Map.of()));
    }
    for (int i = 1; i < parents.length; i++) {
      add(log, stream, i, commit(i));
      for (int of : new int[] {i, i - SOON, i - LATE}) {
        if (of > 0 && recordedAfter(of) == i) {
          add(
              log,
              stream,
              i,
              new CommitSchemaRecordedV1(id(of), schemas(of), List.of(), of + LATE == i));
        }
      }
    }
    flush(log, stream);
  }

  private CommitCreatedV1 commit(int number) {
    return new CommitCreatedV1(
        null,
        "b" + branch(number),
        id(number),
        Arrays.stream(parents[number]).mapToObj(this::id).toList(),
        ACTOR,
        "commit " + number,
        time(number),
        table == null ? List.of() : List.of(entry(number)),
        List.of(),
        Map.of(),
        false,
        null,
        table == null || parents[number][0] == 0
            ? Map.of()
            : Map.of(table, new FormerTable(parents[number][0], null)));
  }

  private TableEntry entry(int number) {
    Digest content = new Digest(id(number));
    return new TableEntry(
        "t" + table,
        table,
        content,
        content,
        "A".repeat(172),
        number,
        RowsLocation.live(number),
        null,
        1,
        0,
        0);
  }

  private static Instant time(int number) {
    return BEGIN.plusSeconds(number);
  }

  private void add(EventLog log, String stream, int number, Event event) {
    RecordType type = RecordType.of(event);
    batch.add(
        new Envelope(
            UUID.randomUUID(),
            type.kind(),
            type.wireName(),
            type.version(),
            time(number),
            ACTOR,
            UUID.randomUUID(),
            null,
            codec.encode(event)));
    if (batch.size() == BATCH) {
      flush(log, stream);
    }
  }

  private void flush(EventLog log, String stream) {
    log.append(stream, version, List.copyOf(batch)).await().atMost(LIMIT);
    version += batch.size();
    batch.clear();
  }
}
