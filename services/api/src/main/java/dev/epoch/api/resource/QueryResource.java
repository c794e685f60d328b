package dev.epoch.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.json.NumberLimits;
import dev.epoch.api.record.CsvLine;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.RunQuery;
import dev.epoch.api.request.Times;
import dev.epoch.api.view.QueryView;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.storage.QueryResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Reading SQL at any state of the data. */
@Path(ApiPaths.PREFIX + "/query")
@Tag(name = "Query")
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class QueryResource {
  private final ApiRequest request;
  private final int usualRows;
  private final int mostRows;
  private final Duration timeout;

  QueryResource(
      ApiRequest request,
      @ConfigProperty(name = "epoch.query.limit", defaultValue = "1000") int usualRows,
      @ConfigProperty(name = "epoch.query.max-limit", defaultValue = "100000") int mostRows,
      @ConfigProperty(name = "epoch.query.timeout", defaultValue = "30S") Duration timeout) {
    this.request = request;
    this.usualRows = usualRows;
    this.mostRows = mostRows;
    this.timeout = timeout;
  }

  @POST
  @Produces({MediaType.APPLICATION_JSON, MediaTypes.CSV, MediaTypes.OTHER_CSV, MediaTypes.NDJSON})
  @Operation(
      summary = "Run a query",
      description =
          "One reading statement, at a ref, a branch or a time, as committed; with working=true as a client of the branch sees the data. Writes are refused.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = QueryView.class)),
        @Content(mediaType = MediaTypes.CSV, schema = @Schema(implementation = String.class)),
        @Content(mediaType = MediaTypes.NDJSON, schema = @Schema(implementation = String.class))
      })
  public Response run(
      @NotNull @Valid RunQuery body,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.ACCEPT) String accept) {
    String format =
        Formats.of(
            body.format() == null ? MediaTypes.format(accept) : body.format(),
            "json",
            "csv",
            "ndjson");
    CsvLine line = CsvLine.asked(body.csvFormulas(), format.equals("csv"));
    if (body.branches() != null || body.mode() != null) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "not_available",
              body.branches() != null ? "branches" : "mode",
              "Queries over several branches are not available yet"));
    }
    List<JsonNode> parameters = body.params() == null ? List.of() : body.params();
    for (int i = 0; i < parameters.size(); i++) {
      NumberLimits.check(parameters.get(i), "body", "params", i);
    }
    QueryResult result =
        request
            .server()
            .reads()
            .query(
                snapshot(body),
                body.sql(),
                parameters,
                Math.min(body.limit() == null ? usualRows : body.limit(), mostRows),
                timeout);
    return switch (format) {
      case "csv" -> Response.ok(csv(result, line), MediaTypes.CSV_UTF8).build();
      case "ndjson" -> Response.ok(lines(result), MediaTypes.NDJSON).build();
      default -> Response.ok(QueryView.of(result), MediaType.APPLICATION_JSON_TYPE).build();
    };
  }

  private Snapshot snapshot(RunQuery body) {
    if (body.ref() != null && (body.branch() != null || body.atTime() != null)) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "ref", "Give ref, or branch and at_time"));
    }
    if (body.atTime() != null && Boolean.TRUE.equals(body.working())) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "working", "The past has no uncommitted changes"));
    }
    RepositoryState state = request.state();
    if (body.atTime() == null) {
      String ref = body.ref() != null ? body.ref() : branch(state, body).name();
      return Snapshots.at(request, state, ref, body.working());
    }
    try {
      return Snapshot.of(
          state,
          request.references(state).at(branch(state, body), Times.parse(body.atTime())),
          body.atTime());
    } catch (DateTimeException notATime) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "datetime_parsing",
              "at_time",
              "Should be a time in ISO 8601, such as 2026-01-31T12:00:00Z"));
    }
  }

  private BranchState branch(RepositoryState state, RunQuery body) {
    return request.branch(state, body.branch());
  }

  private static String csv(QueryResult result, CsvLine line) {
    StringBuilder csv = new StringBuilder();
    csv.append(
        line.ofTexts(result.columns().stream().map(QueryResult.ResultColumn::name).toList()));
    result.rows().forEach(row -> csv.append(line.ofValues(row)));
    return csv.toString();
  }

  /** One object a line. A name that comes twice gets a number, so that no value is lost. */
  private static String lines(QueryResult result) {
    List<String> names = new ArrayList<>();
    for (QueryResult.ResultColumn column : result.columns()) {
      String name = column.name();
      names.add(
          Stream.iterate(1, n -> n + 1)
              .map(n -> n == 1 ? name : name + "_" + n)
              .filter(candidate -> !names.contains(candidate))
              .findFirst()
              .orElseThrow());
    }
    StringBuilder lines = new StringBuilder();
    for (List<JsonNode> row : result.rows()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < names.size(); i++) {
        object.set(names.get(i), row.get(i));
      }
      lines.append(ApiJson.text(object)).append('\n');
    }
    return lines.toString();
  }
}
