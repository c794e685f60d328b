package dev.epoch.api.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.api.merge.ConflictRules;
import dev.epoch.api.schema.SchemaView;
import dev.epoch.api.storage.StorageView;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.ConflictSettings;
import dev.epoch.gateway.table.TableService;
import dev.epoch.projections.history.TableRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A registered table. */
@Schema(name = "Table")
public record TableView(
    String name,
    @Schema(description = "Where it is, without credentials") String location,
    String storage,
    List<String> primaryKey,
    @Schema(description = "Whether rows are only added; their key is an id that Epoch gives")
        boolean appendOnly,
    @Schema(description = "Records at the ref; at registration for a table not committed yet")
        long recordCount,
    @Schema(description = "Whether a commit of the ref holds it") boolean committed,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(
            description =
                "Rules for its fields, by column: those of the repository, and max for what the database raises with each update")
        Map<String, ConflictRules.Rule> conflictRules,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(description = "The table that it was copied from")
        CopiedFrom copiedFrom,
    @JsonInclude(JsonInclude.Include.NON_NULL) SchemaView schema) {

  /** What a copy and its origin have of each other. */
  @Schema(name = "CopiedFrom")
  public record CopiedFrom(
      @Schema(description = "Name of the origin") String table,
      @Schema(description = "Commit up to which its changes are here") String commit,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(description = "Commit up to which changes of this one are there")
          String returned) {

    static CopiedFrom of(RepositoryState state, RegisteredTable table) {
      return table == null || table.copy() == null
          ? null
          : new CopiedFrom(
              state.tables().byId().get(table.copy().originId()).name(),
              table.copy().brought().hex(),
              table.copy().returned() == null ? null : table.copy().returned().hex());
    }
  }

  /**
   * As the read model has it.
   *
   * @param storage it is in, null if that is gone
   */
  static TableView of(StorageView storage, TableRow table) {
    return new TableView(
        table.name(),
        TableLocation.of(storage, table.schemaName(), table.tableName()),
        table.storage(),
        table.schema().primaryKey(),
        table.schema().appendOnly(),
        table.rowCount(),
        table.committed(),
        Map.of(),
        null,
        null);
  }

  /** A table that was registered just now, with so many records. */
  static TableView of(StorageView storage, RegisteredTable table, long records) {
    return new TableView(
        table.name(),
        TableLocation.of(storage, table.schemaName(), table.tableName()),
        table.storage(),
        table.schema().primaryKey(),
        table.schema().appendOnly(),
        records,
        false,
        Map.of(),
        null,
        null);
  }

  public TableView withSchema(SchemaView shape) {
    return with(conflictRules, copiedFrom, shape);
  }

  /** With the rules for its fields, of those of a repository. */
  TableView withRules(ConflictSettings settings) {
    Map<String, ConflictRules.Rule> own = new TreeMap<>();
    settings
        .fieldRules()
        .forEach((field, rule) -> {
          if (field.startsWith(name + ".")) {
            own.put(field.substring(name.length() + 1), ConflictRules.Rule.of(rule));
          }
        });
    return with(own, copiedFrom, schema);
  }

  /** With the table that it was copied from, if it was. */
  TableView copied(RepositoryState state, String id) {
    return with(conflictRules, CopiedFrom.of(state, state.tables().byId().get(id)), schema);
  }

  private TableView with(
      Map<String, ConflictRules.Rule> rules, CopiedFrom origin, SchemaView shape) {
    return new TableView(
        name,
        location,
        storage,
        primaryKey,
        appendOnly,
        recordCount,
        committed,
        rules,
        origin,
        shape);
  }

  /** All tables, by name. */
  @Schema(name = "Tables")
  public record Listing(List<TableView> tables) {}

  /** A table whose registration is running: nothing more is known yet. */
  @Schema(name = "TableBeingRegistered")
  public record Registering(String name, Registration registration) {

    /**
     * @param progress none if another server does it, or if it waits for recovery
     */
    static Registering of(String name, Optional<TableService.Progress> progress) {
      return new Registering(
          name,
          new Registration(
              "running",
              progress.map(running -> running.done().get()).orElse(0L),
              progress.map(TableService.Progress::total).filter(total -> total >= 0).orElse(null)));
    }
  }

  /** How far a registration is. */
  @Schema(name = "Registration")
  public record Registration(
      String state,
      long rowsDone,
      @Schema(description = "Estimated; null if it is not known") Long rowsTotal) {}
}
