package dev.epoch.api.schema;

import dev.epoch.gateway.drift.MigrationImport;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Migrations that a tool of the users has run. */
@Schema(name = "AppliedMigrations")
public record AppliedMigrationsView(List<Applied> migrations) {

  /** One of them. */
  @Schema(name = "AppliedMigration")
  public record Applied(
      String storage,
      String schema,
      @Schema(description = "Version of Flyway, empty for a repeatable one; author:id of Liquibase")
          String id,
      String description,
      String script,
      @Schema(description = "As the tool has it") String checksum,
      Instant appliedAt,
      boolean success,
      @Schema(description = "First commit of the default branch behind it, or null")
          String commitId) {}

  /** Commits that tell a schema now. */
  @Schema(name = "ImportedMigrations")
  public record Imported(boolean dryRun, List<Commit> commits) {

    static Imported of(boolean dryRun, List<MigrationImport.Filled> filled) {
      return new Imported(
          dryRun,
          filled.stream()
              .map(commit -> new Commit(commit.commit(), commit.migration(), commit.objects()))
              .toList());
    }
  }

  /** A commit. */
  @Schema(name = "ImportedMigrationsCommit")
  public record Commit(
      String commitId,
      @Schema(description = "The last migration before it") String script,
      int objects) {}

  static AppliedMigrationsView of(List<MigrationImport.Applied> applied) {
    return new AppliedMigrationsView(
        applied.stream()
            .map(one ->
                new Applied(
                    one.storage(),
                    one.migration().schema(),
                    one.migration().id(),
                    one.migration().description(),
                    one.migration().script(),
                    one.migration().checksum(),
                    one.migration().at(),
                    one.migration().success(),
                    one.commit()))
            .toList());
  }
}
