package dev.epoch.api.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.answer.MediaTypes;
import dev.epoch.api.commit.Snapshots;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.RecordNotFoundException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.api.request.Pages;
import dev.epoch.api.rows.LostColumns;
import dev.epoch.api.rows.RecordFilter;
import dev.epoch.api.rows.RecordJson;
import dev.epoch.api.rows.RecordPage;
import dev.epoch.api.rows.WriteLines;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.RowQuery;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Encoded;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Records of a table: read them at any ref, write them as uncommitted changes of a branch. */
@Path(ApiPaths.PREFIX + "/tables/{table}/records")
@Tag(name = "Records")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RecordsResource {
  private final ApiRequest request;

  RecordsResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(
      summary = "Read records in key order",
      description =
          "As committed at the ref; with working=true as a client of the branch sees them.")
  public RecordPage list(
      @PathParam("table") String table,
      @QueryParam("ref") String ref,
      @QueryParam("working") Boolean working,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "next of the page before") @QueryParam("after") String after,
      @Parameter(description = "column:value; repeat it for several conditions")
          @QueryParam("where")
          List<String> where) {
    int size = Pages.limit(limit);
    RepositoryState state = request.state();
    Snapshot snapshot = Snapshots.at(request, state, ref, working);
    TableHandle handle = snapshot.table(table).handle();
    ReadService reads = request.server().reads();
    ValueCodec values = reads.values(state, handle);
    RecordJson json = new RecordJson(handle.schema(), values);
    RowKey behind = after == null || after.isEmpty() ? null : json.keys().fromPath(after);
    RowQuery query =
        new RowQuery(
            behind,
            RecordFilter.of(where, handle.schema(), values),
            OptionalLong.of(size + 1L),
            true);
    List<ObjectNode> records = new ArrayList<>();
    String next = null;
    try (RowStream<Row> rows = reads.rows(snapshot, table, query)) {
      Row last = null;
      while (rows.hasNext()) {
        Row row = rows.next();
        if (records.size() == size) {
          next = json.keys().toPath(last.key(handle.schema().keyIndexes()));
          break;
        }
        records.add(json.record(row));
        last = row;
      }
    }
    return new RecordPage(records, next, LostColumns.of(reads, table, snapshot));
  }

  @GET
  @Path("{key}")
  @Operation(
      summary = "Read one record",
      description =
          "At a ref, or as the default branch stood at a version of the repository's stream.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = ObjectNode.class)))
  public Response get(
      @PathParam("table") String table,
      @Parameter(description = "Values of the key columns, each URL-encoded, joined by commas")
          @PathParam("key")
          @Encoded
          String key,
      @QueryParam("ref") String ref,
      @QueryParam("version") Long version,
      @QueryParam("working") Boolean working) {
    RepositoryState state = request.state();
    Snapshot snapshot =
        version == null
            ? Snapshots.at(request, state, ref, working)
            : Snapshots.atVersion(state, ref, version);
    TableHandle handle = snapshot.table(table).handle();
    ReadService reads = request.server().reads();
    RecordJson json = new RecordJson(handle.schema(), reads.values(state, handle));
    ObjectNode record =
        reads
            .row(snapshot, table, json.keys().fromPath(key))
            .map(json::record)
            .orElseThrow(() -> new RecordNotFoundException(table, key, snapshot.label()));
    return LostColumns.told(
        Response.ok(record, MediaType.APPLICATION_JSON_TYPE),
        LostColumns.of(reads, table, snapshot));
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Write records",
      description =
          "As uncommitted changes of a branch, all or none; on the default branch into the live"
              + " table. Send application/x-ndjson with a line {\"op\": \"upsert\" or \"delete\","
              + " \"record\": {}} each for many.")
  public Done.Written write(
      @PathParam("table") String table,
      @QueryParam("branch") String branch,
      @NotNull @Valid WriteRecords body) {
    List<RowWrite> writes = new ArrayList<>();
    add("upsert", body.upsert(), RowWrite.Upsert::new, writes);
    add("delete", body.delete(), RowWrite.Delete::new, writes);
    return write(table, branch, writes);
  }

  @POST
  @Consumes(MediaTypes.NDJSON)
  @Operation(hidden = true)
  public Done.Written writeLines(
      @PathParam("table") String table, @QueryParam("branch") String branch, InputStream body)
      throws IOException {
    return write(table, branch, WriteLines.read(body));
  }

  private static void add(
      String field,
      List<Map<String, JsonNode>> records,
      Function<Map<String, JsonNode>, RowWrite> write,
      List<RowWrite> writes) {
    int index = 0;
    for (Map<String, JsonNode> record :
        records == null ? List.<Map<String, JsonNode>>of() : records) {
      int at = index++;
      if (record == null) {
        throw new InvalidRequestException(
            new FieldProblem(
                "type_error", List.of("body", field, at), "Should be an object", Map.of()));
      }
      record.forEach((column, value) -> NumberLimits.check(value, "body", field, at, column));
      writes.add(write.apply(record));
    }
  }

  private Done.Written write(String table, String branch, List<RowWrite> writes) {
    RepositoryState state = request.repository().state();
    BranchState target = request.branch(state, branch);
    request.repository().awaitRegistered(target.name());
    WriteResult result =
        request.server().workingSets().write(state, target, table, writes, request.caller());
    return new Done.Written(
        result.inserted(), result.updated(), result.deleted(), result.unchanged());
  }
}
