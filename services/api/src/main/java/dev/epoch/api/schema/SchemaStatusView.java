package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.gateway.drift.SchemaBackfill.Filled;
import dev.epoch.gateway.drift.SchemaStatusService.Historical;
import dev.epoch.gateway.drift.SchemaStatusService.Live;
import dev.epoch.gateway.drift.SchemaStatusService.Status;
import dev.epoch.storage.schema.TableHealth;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What is recorded of tables' schemas, and how the databases are. */
@Schema(name = "SchemaStatus")
public record SchemaStatusView(List<TableStatus> tables) {
  private static final long MEDIUM = 100L << 20;
  private static final long LARGE = 1L << 30;
  private static final long VERY_LARGE = 10L << 30;
  private static final int SOME_BLOAT = 10;
  private static final int MUCH_BLOAT = 20;

  /** A table. */
  @Schema(name = "TableSchemaStatus")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record TableStatus(
      String table,
      String backend,
      @Schema(description = "Whether the head, or a commit before it, records its schema")
          boolean latestSchema,
      @Schema(description = "yes, or no: not committed yet") String historical,
      @Schema(description = "synced, drifted, missing or unknown") String live,
      @Schema(description = "What is to be done, or OK") String status,
      @Schema(description = "How to change its schema, for its size") String advice,
      Long sizeBytes,
      Bloat bloat,
      List<IndexStatus> indexes) {}

  /** Room that dead records take. */
  @Schema(name = "Bloat")
  public record Bloat(long deadTuples, int percent, String recommendation) {}

  /** An index. */
  @Schema(name = "IndexStatus")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record IndexStatus(
      String name, boolean valid, long sizeBytes, boolean used, Instant lastUsed) {}

  /** Commits that show a schema since a backfill. */
  @Schema(name = "SchemasBackfilled")
  public record Backfilled(boolean dryRun, List<FilledView> commits) {
    public static Backfilled of(boolean dryRun, List<Filled> filled) {
      return new Backfilled(
          dryRun,
          filled.stream()
              .map(commit ->
                  new FilledView(
                      commit.commit(), commit.commits(), commit.storages(), commit.unavailable()))
              .toList());
    }
  }

  /** A commit that records a schema, and those that show it. */
  @Schema(name = "SchemaBackfilled")
  public record FilledView(
      String commitId,
      @Schema(description = "How many commits show it, this one among them") int commits,
      List<String> storages,
      List<String> unavailable) {}

  public static SchemaStatusView of(List<Status> tables, boolean bloat, boolean indexes) {
    return new SchemaStatusView(
        tables.stream().map(table -> table(table, bloat, indexes)).toList());
  }

  private static TableStatus table(Status status, boolean bloat, boolean indexes) {
    TableHealth health = status.health();
    return new TableStatus(
        status.table().name(),
        status.backend(),
        status.recorded(),
        status.historical().name().toLowerCase(Locale.ROOT),
        status.live().name().toLowerCase(Locale.ROOT),
        whatToDo(status),
        health == null ? null : advice(health.bytes()),
        health == null ? null : health.bytes(),
        health == null || !bloat ? null : bloat(health),
        health == null || !indexes
            ? null
            : health.indexes().stream()
                .map(index ->
                    new IndexStatus(
                        index.name(), index.valid(), index.bytes(), index.used(), index.lastUsed()))
                .toList());
  }

  private static String whatToDo(Status status) {
    if (status.live() == Live.UNKNOWN) {
      return status.backend() + " table";
    }
    if (status.live() == Live.MISSING) {
      return "Table is missing";
    }
    if (status.live() == Live.DRIFTED) {
      return status.recorded() ? "Needs sync" : "Needs migration";
    }
    return status.historical() == Historical.NO ? "Not committed" : "OK";
  }

  private static String advice(long bytes) {
    if (bytes < MEDIUM) {
      return "Standard migration is safe";
    }
    if (bytes < LARGE) {
      return "Use lock timeouts";
    }
    return bytes < VERY_LARGE ? "Use online mode" : "Consider specialized tools";
  }

  private static Bloat bloat(TableHealth health) {
    long all = health.rows() + health.deadRows();
    int percent = all == 0 ? 0 : (int) (100 * health.deadRows() / all);
    return new Bloat(
        health.deadRows(),
        percent,
        percent >= MUCH_BLOAT
            ? "Recommended"
            : percent >= SOME_BLOAT ? "Consider pg_repack" : "OK");
  }
}
