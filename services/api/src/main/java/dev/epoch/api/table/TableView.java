package dev.epoch.api.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.api.schema.SchemaView;
import dev.epoch.api.storage.StorageView;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.gateway.table.TableService;
import dev.epoch.projections.history.TableRow;
import java.util.List;
import java.util.Optional;
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
    @JsonInclude(JsonInclude.Include.NON_NULL) SchemaView schema) {

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
        null);
  }

  public TableView withSchema(SchemaView shape) {
    return new TableView(
        name, location, storage, primaryKey, appendOnly, recordCount, committed, shape);
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
