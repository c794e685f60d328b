package dev.epoch.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.table.TableService;
import java.util.List;
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
   * @param entry of the commit that is looked at, or null if none holds the table
   */
  public static TableView of(RepositoryState state, RegisteredTable table, TableEntry entry) {
    return new TableView(
        table.name(),
        TableLocation.of(state, table),
        table.storage(),
        table.schema().primaryKey(),
        table.schema().appendOnly(),
        entry == null ? table.baselineRows() : entry.rowCount(),
        entry != null,
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

    public static Registering of(String name, TableService.Progress progress) {
      return new Registering(
          name,
          new Registration(
              "running", progress.done().get(), progress.total() < 0 ? null : progress.total()));
    }
  }

  /** How far a registration is. */
  @Schema(name = "Registration")
  public record Registration(
      String state,
      long rowsDone,
      @Schema(description = "Estimated; null if it is not known") Long rowsTotal) {}
}
