package dev.epoch.api.view;

import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.MigrationChange;
import dev.epoch.model.schema.migration.MigrationScript;
import dev.epoch.model.schema.object.ObjectKind;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What differs between two schemas, and the statements that make the one the other. */
@Schema(name = "SchemaDiff")
public record SchemaDiffView(
    List<Change> changes,
    @Schema(description = "Statements from base to target, in order") List<String> up,
    @Schema(description = "Statements that undo them") List<String> down,
    List<Warning> warnings,
    @Schema(description = "Whether something is taken away for good") boolean destructive,
    @Schema(description = "Hash of the schema that the statements are made for")
        String schemaHash) {

  /** A difference. */
  @Schema(name = "SchemaChange")
  public record Change(
      @Schema(enumeration = {"added", "removed", "modified"}) String changeType,
      @Schema(examples = "column") String objectType,
      String objectName,
      @Schema(description = "Table that the object belongs to, empty if to none") String table,
      @Schema(description = "Facts of a column, else its definition; before and after if modified")
          Map<String, Object> details,
      @Schema(description = "Statements that make the target's of it") String sqlToSync) {

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
      @Schema(examples = "High") String risk, String operation, String object, String description) {

    public static Warning of(Hazard hazard, MigrationScript script) {
      return new Warning(
          hazard.risk().label(),
          hazard.operation(),
          script.plain(hazard.object()),
          hazard.description());
    }
  }

  public static SchemaDiffView of(MigrationScript script, String schemaHash) {
    return new SchemaDiffView(
        script.migration().changes().stream().map(change -> Change.of(change, script)).toList(),
        script.migration().up().stream().map(s -> script.plain(s.sql())).toList(),
        script.migration().down().stream().map(s -> script.plain(s.sql())).toList(),
        script.migration().warnings().stream().map(h -> Warning.of(h, script)).toList(),
        script.migration().destructive(),
        schemaHash);
  }
}
