package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.gateway.migration.ImpactService;
import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.MigrationChange;
import dev.epoch.model.schema.migration.MigrationScript;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.tool.DialectMigration;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.storage.schema.SchemaMigrations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What differs between two schemas, and the statements that make the one the other. */
@Schema(name = "SchemaDiff")
public record SchemaDiffView(
    List<Change> changes,
    @Schema(description = "Statements from base to target, in order") List<String> up,
    @Schema(description = "Statements that undo them") List<String> down,
    @Schema(description = "Those of hazards that matter whatever the size of tables is")
        List<Warning> warnings,
    @Schema(description = "All that the statements may do besides what they are for")
        List<Warning> hazards,
    @Schema(description = "Whether something is taken away for good") boolean destructive,
    @Schema(description = "Hash of the schema that the statements are made for") String schemaHash,
    @Schema(description = "With check_data_impact: live rows that the change is about")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        List<DataImpact> dataImpact,
    @Schema(description = "With analyze_impact: what the statements of up cost")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        List<StatementImpact> impact,
    @Schema(description = "With analyze_impact: the tables that they are about")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        List<SchemaApplyView.Impact> sizes) {

  /** Rows. */
  @Schema(name = "SchemaDataImpact")
  public record DataImpact(
      String table,
      @Schema(description = "Column or constraint, empty for the table") String object,
      @Schema(description = "Null if it cannot be told") Long rows,
      @Schema(examples = "rows have a value that is lost") String outcome,
      @Schema(description = "Lost for good; else the change fails if there are any")
          boolean loses) {}

  /** A statement. */
  @Schema(name = "SchemaStatementImpact")
  public record StatementImpact(
      String sql,
      String table,
      @Schema(description = "Writers wait until all rows are read") boolean locks,
      @Schema(description = "All rows are written again") boolean rewrites,
      @Schema(description = "Rows may make it fail") boolean mayFail,
      boolean destructive,
      @Schema(description = "Runs in no transaction") boolean alone) {}

  /** The same with the statements of another dialect; what that has none for is a warning. */
  public SchemaDiffView in(DialectMigration migration) {
    List<Warning> all = new ArrayList<>(warnings);
    migration
        .unsupported()
        .forEach(what ->
            all.add(
                new Warning(
                    "unsupported",
                    "High",
                    "WRITE BY HAND",
                    what,
                    migration.dialect() + " has nothing like it")));
    return new SchemaDiffView(
        changes.stream()
            .map(change ->
                new Change(
                    change.changeType(),
                    change.objectType(),
                    change.objectName(),
                    change.table(),
                    change.details(),
                    ""))
            .toList(),
        migration.up(),
        migration.down(),
        all,
        hazards,
        destructive,
        schemaHash,
        null,
        null,
        null);
  }

  /** The same with counts of rows. */
  public SchemaDiffView withDataImpact(List<ImpactService.Rows> counts) {
    return new SchemaDiffView(
        changes,
        up,
        down,
        warnings,
        hazards,
        destructive,
        schemaHash,
        counts.stream()
            .map(count ->
                new DataImpact(
                    count.question().table().name(),
                    count.question().part(),
                    count.rows().isPresent() ? count.rows().getAsLong() : null,
                    count.question().outcome(),
                    count.question().loses()))
            .toList(),
        impact,
        sizes);
  }

  /** The same with what statements cost. */
  public SchemaDiffView withImpact(
      MigrationScript script, Map<String, SchemaMigrations.Size> tables) {
    return new SchemaDiffView(
        changes,
        up,
        down,
        warnings,
        hazards,
        destructive,
        schemaHash,
        dataImpact,
        script.migration().up().stream()
            .map(statement ->
                new StatementImpact(
                    script.plain(statement.sql()),
                    statement.object().kind() == ObjectKind.TABLE
                        ? statement.object().name().name()
                        : "",
                    has(statement, Hazard.Kind.LOCK),
                    has(statement, Hazard.Kind.REWRITE),
                    has(statement, Hazard.Kind.MAY_FAIL),
                    statement.destructive(),
                    statement.alone()))
            .toList(),
        SchemaApplyView.impact(tables));
  }

  private static boolean has(Statement statement, Hazard.Kind kind) {
    return statement.hazards().stream().anyMatch(hazard -> hazard.kind() == kind);
  }

  /** A difference. */
  @Schema(name = "SchemaChange")
  public record Change(
      @Schema(enumeration = {"added", "removed", "modified"}) String changeType,
      @Schema(examples = "column") String objectType,
      String objectName,
      @Schema(description = "Table that the object belongs to, empty if to none") String table,
      @Schema(description = "Facts of a column, else its definition; before and after if modified")
          Map<String, Object> details,
      @Schema(description = "Statements that make the target's of it; of PostgreSQL alone")
          String sqlToSync) {

    private static Change of(MigrationChange change, MigrationScript script) {
      return new Change(
          change.type().label(),
          change.objectType(),
          change.objectName(),
          change.owner().kind() == ObjectKind.TABLE ? change.owner().name().name() : "",
          change.details(),
          script.plain(change.sqlToSync()));
    }
  }

  /** What may go wrong, or goes away. */
  @Schema(name = "SchemaWarning")
  public record Warning(
      @Schema(enumeration = {"data_loss", "may_fail", "lock", "rewrite", "removal", "unsupported"})
          String kind,
      @Schema(examples = "High") String risk,
      String operation,
      String object,
      String description) {

    public static Warning of(Hazard hazard, MigrationScript script) {
      return of(hazard, script.plain(hazard.object()));
    }

    /** Of statements that name objects as they are. */
    public static Warning of(Hazard hazard) {
      return of(hazard, hazard.object());
    }

    private static Warning of(Hazard hazard, String object) {
      return new Warning(
          hazard.kind().name().toLowerCase(Locale.ROOT),
          hazard.risk().label(),
          hazard.operation(),
          object,
          hazard.description());
    }
  }

  public static SchemaDiffView of(MigrationScript script, String schemaHash) {
    return new SchemaDiffView(
        script.migration().changes().stream().map(change -> Change.of(change, script)).toList(),
        script.migration().up().stream().map(s -> script.plain(s.sql())).toList(),
        script.migration().down().stream().map(s -> script.plain(s.sql())).toList(),
        script.migration().warnings().stream().map(h -> Warning.of(h, script)).toList(),
        script.migration().up().stream()
            .flatMap(statement -> statement.hazards().stream())
            .map(h -> Warning.of(h, script))
            .toList(),
        script.migration().destructive(),
        schemaHash,
        null,
        null,
        null);
  }
}
