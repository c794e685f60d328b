package dev.epoch.api.diff;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.MediaTypes;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Pages;
import dev.epoch.api.rows.ChangeLines;
import dev.epoch.api.rows.ChangeSql;
import dev.epoch.api.rows.CsvAnswer;
import dev.epoch.api.rows.LostColumns;
import dev.epoch.api.rows.RecordJson;
import dev.epoch.api.rows.RecordPage;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.SchemaOnly;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.ChangeQuery;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Records that differ between two states of a table. */
@Path(ApiPaths.PREFIX + "/diff/{table}")
@Tag(name = "Diff")
@RunOnVirtualThread
public class DiffResource {
  private final ApiRequest request;

  DiffResource(ApiRequest request) {
    this.request = request;
  }

  /** Which changes are asked for. */
  public static class Selection {
    @PathParam("table")
    String table;

    @Parameter(description = "The first parent of target unless given")
    @QueryParam("base")
    String base;

    @Parameter(description = "HEAD unless given")
    @QueryParam("target")
    String target;

    @Parameter(description = "target is a branch, with its uncommitted changes")
    @QueryParam("working")
    Boolean working;

    @Parameter(description = "insert, update or delete; repeat it for several")
    @QueryParam("type")
    List<String> type;

    @Parameter(description = "next of the page before")
    @QueryParam("after")
    String after;
  }

  /** The states that are compared, and how their records look in JSON. */
  private record Sides(
      DiffService diffs, Snapshot base, Snapshot target, RecordJson json, ChangeSql sql) {
    RowStream<RowChange> changes(String table, ChangeQuery query) {
      return diffs.changes(base, target, table, query);
    }

    List<String> lost(ReadService reads, String table) {
      return LostColumns.of(reads, table, base, target);
    }
  }

  @GET
  @Produces({
    MediaType.APPLICATION_JSON,
    MediaTypes.NDJSON,
    MediaTypes.CSV,
    MediaTypes.OTHER_CSV,
    MediaTypes.SQL
  })
  @Operation(
      summary = "Records that differ, in key order",
      description =
          "A page as JSON; all of them as lines with Accept: application/x-ndjson, text/csv, or"
              + " application/sql: statements of PostgreSQL that bring them about.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = RecordPage.Changes.class)),
        @Content(mediaType = MediaTypes.NDJSON, schema = @Schema(implementation = String.class)),
        @Content(mediaType = MediaTypes.CSV, schema = @Schema(implementation = String.class)),
        @Content(mediaType = MediaTypes.SQL, schema = @Schema(implementation = String.class))
      })
  public Response get(
      @BeanParam Selection selection,
      @QueryParam("limit") Integer limit,
      @Parameter(
              description =
                  "About CSV: escape puts an apostrophe before texts that spreadsheets would"
                      + " compute")
          @QueryParam("csv_formulas")
          String csvFormulas,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.ACCEPT) String accept) {
    String format = MediaTypes.format(accept);
    CsvAnswer line = CsvAnswer.asked(csvFormulas, format.equals("csv"));
    if (format.equals("json")) {
      return Response.ok(page(selection, Pages.limit(limit)), MediaType.APPLICATION_JSON_TYPE)
          .build();
    }
    Sides sides = sides(selection);
    RowStream<RowChange> all = all(selection, sides, limit);
    Response.ResponseBuilder answer =
        switch (format) {
          case "csv" -> Response.ok(ChangeLines.csv(all, sides.json(), line), MediaTypes.CSV_UTF8);
          case "sql" ->
              Response.ok(ChangeLines.sql(all, sides.sql()), MediaTypes.SQL + ";charset=utf-8");
          default -> Response.ok(ChangeLines.json(all, sides.json()), MediaTypes.NDJSON);
        };
    return LostColumns.told(answer, sides.lost(reads(), selection.table));
  }

  private ReadService reads() {
    return request.server().reads();
  }

  private RecordPage.Changes page(Selection selection, int size) {
    Sides sides = sides(selection);
    List<ObjectNode> changes = new ArrayList<>();
    String next = null;
    try (RowStream<RowChange> stream =
        sides.changes(selection.table, query(selection, sides, OptionalLong.of(size + 1L)))) {
      RowKey last = null;
      while (stream.hasNext()) {
        RowChange change = stream.next();
        if (changes.size() == size) {
          next = sides.json().keys().toPath(last);
          break;
        }
        changes.add(sides.json().change(change));
        last = change.key();
      }
    }
    return new RecordPage.Changes(changes, next, sides.lost(reads(), selection.table));
  }

  private RowStream<RowChange> all(Selection selection, Sides sides, Integer limit) {
    OptionalLong most = limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
    return sides.changes(selection.table, query(selection, sides, most));
  }

  private Sides sides(Selection selection) {
    RepositoryState state = request.state();
    Comparison compared =
        Comparison.of(request, state, selection.base, selection.target, selection.working);
    if (compared.schemaOnly() != null) {
      SchemaOnly.requireRows(state, compared.schemaOnly());
    }
    Snapshot.Readable table = compared.target().tables().get(selection.table);
    TableHandle handle =
        table != null ? table.handle() : compared.base().table(selection.table).handle();
    return new Sides(
        request.server().diffs(),
        compared.base(),
        compared.target(),
        new RecordJson(handle.schema(), request.server().reads().values(state, handle)),
        new ChangeSql(handle.path().table(), handle.schema()));
  }

  private static ChangeQuery query(Selection selection, Sides sides, OptionalLong limit) {
    boolean fromStart = selection.after == null || selection.after.isEmpty();
    return new ChangeQuery(
        fromStart ? null : sides.json().keys().fromPath(selection.after),
        kinds(selection.type),
        limit,
        true);
  }

  private static Set<RowChange.Kind> kinds(List<String> types) {
    if (types == null || types.isEmpty()) {
      return Set.of(RowChange.Kind.values());
    }
    EnumSet<RowChange.Kind> kinds = EnumSet.noneOf(RowChange.Kind.class);
    for (String type : types) {
      kinds.add(
          switch (type) {
            case "insert" -> RowChange.Kind.INSERT;
            case "update" -> RowChange.Kind.UPDATE;
            case "delete" -> RowChange.Kind.DELETE;
            default ->
                throw new InvalidRequestException(
                    FieldProblem.query("enum", "type", "Should be insert, update or delete"));
          });
    }
    return kinds;
  }
}
