package dev.epoch.api.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.answer.Formats;
import dev.epoch.api.answer.MediaTypes;
import dev.epoch.api.commit.Snapshots;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.parquet.ParquetExport;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.rows.CsvAnswer;
import dev.epoch.api.rows.LostColumns;
import dev.epoch.api.rows.RecordFile;
import dev.epoch.api.rows.RecordJson;
import dev.epoch.api.rows.RecordLines;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.SchemaOnly;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.RowQuery;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Whole tables as files. */
@Path(ApiPaths.PREFIX)
@Tag(name = "Records")
@RunOnVirtualThread
public class FilesResource {
  private final ApiRequest request;

  FilesResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Path("export/{table}")
  @Produces({
    MediaTypes.CSV,
    MediaTypes.NDJSON,
    MediaType.APPLICATION_JSON,
    ParquetExport.MEDIA_TYPE
  })
  @Operation(
      summary = "All records of a table in key order, streamed",
      description =
          "As committed at the ref; with working=true as a client of the branch sees them.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(mediaType = MediaTypes.CSV, schema = @Schema(implementation = String.class)),
        @Content(mediaType = MediaTypes.NDJSON, schema = @Schema(implementation = String.class)),
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = String.class)),
        @Content(
            mediaType = ParquetExport.MEDIA_TYPE,
            schema = @Schema(type = SchemaType.STRING, format = "binary"))
      })
  public Response exported(
      @PathParam("table") String table,
      @QueryParam("ref") String ref,
      @QueryParam("working") Boolean working,
      @Parameter(description = "csv, json, ndjson or parquet") @QueryParam("format") String given,
      @Parameter(
              description =
                  "About CSV: escape puts an apostrophe before texts that spreadsheets would"
                      + " compute")
          @QueryParam("csv_formulas")
          String csvFormulas) {
    String format = Formats.of(given, "csv", "json", "ndjson", "parquet");
    CsvAnswer line = CsvAnswer.asked(csvFormulas, format.equals("csv"));
    RepositoryState state = request.state();
    Snapshot snapshot = Snapshots.at(request, state, ref, working);
    TableHandle handle = snapshot.table(table).handle();
    RecordJson json =
        new RecordJson(handle.schema(), request.server().reads().values(state, handle));
    RowStream<Row> rows =
        request
            .server()
            .reads()
            .rows(snapshot, table, new RowQuery(null, Map.of(), OptionalLong.empty(), true));
    Response.ResponseBuilder answer =
        switch (format) {
          case "json" -> Response.ok(RecordLines.json(rows, json), MediaType.APPLICATION_JSON_TYPE);
          case "parquet" ->
              Response.ok(
                  ParquetExport.of(
                      rows, handle.schema(), request.server().reads().values(state, handle)),
                  ParquetExport.MEDIA_TYPE);
          case "ndjson" -> Response.ok(RecordLines.ndjson(rows, json), MediaTypes.NDJSON);
          default -> Response.ok(RecordLines.csv(rows, json, line), MediaTypes.CSV_UTF8);
        };
    return LostColumns.told(answer, LostColumns.of(request.server().reads(), table, snapshot));
  }

  @POST
  @Path("import/{table}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Write the records of a file as uncommitted changes of a branch, all or none",
      description =
          "An array of records; as application/x-ndjson one a line; as text/csv behind a line with"
              + " the columns' names. What was exported can be imported. Records with these keys"
              + " are updated, others stay.")
  public Done.Written imported(
      @PathParam("table") String table,
      @QueryParam("branch") String branch,
      @NotNull List<JsonNode> records) {
    Target target = target(table, branch);
    return write(target, RecordFile.json(records, target.handle().schema()));
  }

  @POST
  @Path("import/{table}")
  @Consumes(MediaTypes.NDJSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(hidden = true)
  public Done.Written importedLines(
      @PathParam("table") String table, @QueryParam("branch") String branch, InputStream body)
      throws IOException {
    Target target = target(table, branch);
    return write(target, RecordFile.ndjson(body, target.handle().schema()));
  }

  @POST
  @Path("import/{table}")
  @Consumes({MediaTypes.CSV, MediaTypes.OTHER_CSV})
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(hidden = true)
  public Done.Written importedCsv(
      @PathParam("table") String table, @QueryParam("branch") String branch, InputStream body)
      throws IOException {
    Target target = target(table, branch);
    return write(target, RecordFile.csv(body, target.handle().schema()));
  }

  /** What is in a file of Parquet is read where it ends no more than a command. */
  @POST
  @Path("import/{table}")
  @Consumes(ParquetExport.MEDIA_TYPE)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(hidden = true)
  public Done.Written importedParquet(@PathParam("table") String table) {
    throw new RequestRefusedException(
        ApiError.of(
            415,
            "UnsupportedMediaTypeError",
            "Parquet is read by the command line, which sends records",
            Map.of(
                "remedy",
                "epoch import %s FILE.parquet; or send text/csv, application/json or application/x-ndjson"
                    .formatted(table))));
  }

  /** Where records go. */
  private record Target(RepositoryState state, BranchState branch, TableHandle handle) {}

  private Target target(String table, String name) {
    request.repository().awaitRegistered(request.branchName(request.repository().state(), name));
    RepositoryState state = request.repository().state();
    BranchState branch = request.branch(state, name);
    SchemaOnly.requireRows(branch);
    return new Target(
        state, branch, request.server().reads().working(state, branch).table(table).handle());
  }

  private Done.Written write(Target target, List<RowWrite> writes) {
    WriteResult result =
        request
            .server()
            .workingSets()
            .write(
                target.state(), target.branch(), target.handle().name(), writes, request.caller());
    return new Done.Written(
        result.inserted(), result.updated(), result.deleted(), result.unchanged());
  }
}
