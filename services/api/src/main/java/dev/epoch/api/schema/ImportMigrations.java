package dev.epoch.api.schema;

import dev.epoch.storage.schema.SchemaTrials.Script;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /schema/migrations}. */
@Schema(name = "ImportMigrations")
public record ImportMigrations(
    @NotNull
        @Pattern(regexp = "flyway|liquibase", message = "Should be flyway or liquibase")
        @Schema(description = "flyway or liquibase")
        String tool,
    @NotNull @Valid List<@NotNull @Valid File> files,
    @Schema(description = "Only tell what would be done") Boolean dryRun) {

  /** A migration. */
  @Schema(name = "MigrationFile")
  public record File(
      @Schema(description = "Name that the tool has noted") @NotBlank String script,
      @Schema(description = "Its statements") @NotNull String sql) {}

  /** By the name that the tool has noted. */
  Map<String, Script> scripts() {
    Map<String, Script> scripts = new TreeMap<>();
    files.forEach(file -> scripts.put(file.script(), new Script(file.script(), file.sql())));
    return scripts;
  }
}
