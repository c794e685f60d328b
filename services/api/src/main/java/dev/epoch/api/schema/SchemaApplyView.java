package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.gateway.migration.MigrationRunner.Planned;
import dev.epoch.model.schema.migration.MigrationScript;
import dev.epoch.storage.schema.SchemaMigrations.Progress;
import dev.epoch.storage.schema.SchemaMigrations.Size;
import dev.epoch.storage.schema.SchemaMigrations.State;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A change of the live schema: its statements, and how far each is. */
@Schema(name = "SchemaChangeRun")
public record SchemaApplyView(
    @Schema(description = "Null for what was not begun") String operationId,
    List<RunStatement> statements,
    @Schema(enumeration = {"pending", "running", "done", "failed"}) String state,
    @Schema(description = "Hash of the live schema that the statements are made for")
        String schemaHash,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SchemaDiffView.Warning> warnings,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Impact> impact) {
  private static final long MEGABYTE = 1024 * 1024;
  private static final long GIGABYTE = 1024 * MEGABYTE;

  /** A statement. */
  @Schema(name = "SchemaChangeStatement")
  public record RunStatement(
      String sql,
      @Schema(enumeration = {"pending", "running", "done", "failed", "skipped"}) String state,
      int attempts,
      @JsonInclude(JsonInclude.Include.NON_NULL) String error) {}

  /** How large a table is that is changed. */
  @Schema(name = "SchemaChangeImpact")
  public record Impact(
      String table,
      long bytes,
      @Schema(description = "Estimated") long rows,
      @JsonInclude(JsonInclude.Include.NON_NULL) String recommendation) {

    private static Impact of(String table, Size size) {
      String advice = null;
      if (size.bytes() > 10 * GIGABYTE) {
        advice = "Consider specialized tools for a very large table";
      } else if (size.bytes() > GIGABYTE) {
        advice = "Use --online mode for large table";
      } else if (size.bytes() > 100 * MEGABYTE) {
        advice = "Use lock timeouts for medium table";
      }
      return new Impact(table, size.bytes(), size.rows(), advice);
    }
  }

  /** What would be run. */
  public static SchemaApplyView of(Planned planned, MigrationScript script, State state) {
    return new SchemaApplyView(
        null,
        planned.migration().up().stream()
            .map(statement ->
                new RunStatement(script.plain(statement.sql()), word(State.PENDING), 0, null))
            .toList(),
        word(state),
        planned.schemaHash(),
        planned.migration().warnings().stream()
            .map(hazard -> SchemaDiffView.Warning.of(hazard, script))
            .toList(),
        impact(planned.sizes()));
  }

  static List<Impact> impact(Map<String, Size> sizes) {
    return sizes.entrySet().stream()
        .map((Map.Entry<String, Size> entry) -> Impact.of(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Statements that would be run. */
  public static SchemaApplyView of(List<String> statements) {
    return new SchemaApplyView(
        null,
        statements.stream()
            .map(sql -> new RunStatement(sql, word(State.PENDING), 0, null))
            .toList(),
        word(State.PENDING),
        null,
        List.of(),
        List.of());
  }

  public static SchemaApplyView of(Progress progress) {
    return new SchemaApplyView(
        progress.id(),
        progress.steps().stream()
            .map(step ->
                new RunStatement(step.sql(), word(step.state()), step.attempts(), step.error()))
            .toList(),
        word(progress.state()),
        progress.schemaHash(),
        List.of(),
        List.of());
  }

  private static String word(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
