package dev.epoch.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Formats;
import dev.epoch.api.answer.MediaTypes;
import dev.epoch.api.commit.Snapshots;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.api.query.BranchQueriesView.BranchAnswer;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.api.request.Times;
import dev.epoch.api.rows.CsvAnswer;
import dev.epoch.api.rows.LostColumns;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.AsOfClauses;
import dev.epoch.gateway.read.DiffCalls;
import dev.epoch.gateway.read.PagedStatement;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.query.QueryResult;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
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
  private static final String NEXT = "X-Epoch-Next";
  private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");

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
          "One reading statement, at a ref, a branch or a time, as committed; with working=true as a client of the branch sees the data. Writes are refused. A table may be read elsewhere: FROM users AS OF 'v1'; what differs is a table, too: FROM epoch_diff('users', 'main', 'feature/x').")
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
    CsvAnswer line = CsvAnswer.asked(body.csvFormulas(), format.equals("csv"));
    List<JsonNode> parameters = body.params() == null ? List.of() : body.params();
    for (int i = 0; i < parameters.size(); i++) {
      NumberLimits.check(parameters.get(i), "body", "params", i);
    }
    TreeSet<String> lost = new TreeSet<>();
    if (sideBySide(body) && !body.isPaged()) {
      if (!format.equals("json")) {
        throw new InvalidRequestException(
            FieldProblem.body("value_error", "mode", "Answers side by side are JSON"));
      }
      return LostColumns.told(
          Response.ok(BranchQueriesView.of(answers(body, parameters, lost))), List.copyOf(lost));
    }
    String next = null;
    QueryResult result;
    if (body.isPaged()) {
      Page page = page(body, parameters, lost);
      result = page.rows();
      next = page.next();
    } else {
      result =
          body.branches() == null
              ? run(snapshot(body), body, parameters, lost)
              : union(answers(body, parameters, lost), limit(body));
    }
    if (format.equals("json")) {
      return Response.ok(
              QueryView.of(result, next, List.copyOf(lost)), MediaType.APPLICATION_JSON_TYPE)
          .build();
    }
    Response.ResponseBuilder answer =
        format.equals("csv")
            ? Response.ok(csv(result, line), MediaTypes.CSV_UTF8)
            : Response.ok(lines(result), MediaTypes.NDJSON);
    if (next != null) {
      answer.header(NEXT, next);
    }
    return LostColumns.told(answer, List.copyOf(lost));
  }

  /**
   * Some rows of a query, and the cursor behind them.
   *
   * @param next null at the end
   */
  private record Page(QueryResult rows, String next) {}

  /**
   * The rows behind the cursor, of the commits that the first page was read at. Where the statement
   * orders its rows itself, the last row of the page before is read again: if it is another one by
   * now, the order does not tell rows apart.
   */
  private Page page(RunQuery body, List<JsonNode> parameters, Set<String> lost) {
    if (Boolean.TRUE.equals(body.working()) || body.branches() != null) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error",
              "paged",
              "What is committed at one place has pages: not with working or branches"));
    }
    RepositoryState state = request.state();
    String query = PageCursor.digest(state.name(), body);
    PageCursor cursor = body.after() == null ? null : PageCursor.parse(body.after(), query);
    PagedStatement statement = PagedStatement.parse(body.sql());
    Map<String, String> refs = cursor == null ? new TreeMap<>() : new TreeMap<>(cursor.refs());
    Snapshots.requireRows(
        request, state, body.ref() != null ? body.ref() : branch(state, body).name());
    CommitState commit =
        cursor == null ? commit(state, body) : request.references(state).commit(cursor.commit());
    long before = cursor == null ? 0 : cursor.rows();
    int again = before > 0 && statement.ordered() ? 1 : 0;
    Snapshot snapshot = Snapshot.of(state, commit, label(state, body)).withoutRemoved();
    QueryResult found =
        run(
            snapshot,
            statement.from(before - again),
            ref -> refs.computeIfAbsent(ref, given -> pinned(state, body, given).id()),
            body,
            parameters,
            limit(body) + again,
            lost);
    List<List<JsonNode>> rows = found.rows();
    if (again == 1) {
      if (rows.isEmpty() || !PageCursor.digest(rows.getFirst()).equals(cursor.last())) {
        throw new QueryRefusedException(
            "The statement's ORDER BY does not tell its rows apart: they came in another order than"
                + " before",
            "Order by something unique in addition, such as the primary key");
      }
      rows = rows.subList(1, rows.size());
    }
    String next =
        found.truncated() && !rows.isEmpty()
            ? new PageCursor(
                    query,
                    commit.id(),
                    refs,
                    before + rows.size(),
                    PageCursor.digest(rows.getLast()))
                .text()
            : null;
    return new Page(new QueryResult(found.columns(), rows, found.truncated()), next);
  }

  private static String label(RepositoryState state, RunQuery body) {
    return body.ref() != null ? body.ref() : body.branch() != null ? body.branch() : state.name();
  }

  private CommitState commit(RepositoryState state, RunQuery body) {
    requireOneState(body);
    if (body.atTime() != null) {
      return commitAt(state, body, body.atTime(), "at_time");
    }
    return request
        .references(state)
        .commit(body.ref() != null ? body.ref() : branch(state, body).name());
  }

  /** The commit that a ref in the statement stands for, or a time on the branch of the query. */
  private CommitState pinned(RepositoryState state, RunQuery body, String ref) {
    if (isTime(state, ref)) {
      return commitAt(state, body, ref, "sql");
    }
    Snapshots.requireRows(request, state, ref);
    return request.references(state).commit(ref);
  }

  private int limit(RunQuery body) {
    return Math.min(body.limit() == null ? usualRows : body.limit(), mostRows);
  }

  private QueryResult run(
      Snapshot snapshot, RunQuery body, List<JsonNode> parameters, Set<String> lost) {
    return run(snapshot, body.sql(), ref -> ref, body, parameters, limit(body), lost);
  }

  /**
   * @param commits what refs in the statement are read as
   * @param lost gets the columns whose values are not known any more
   */
  private QueryResult run(
      Snapshot snapshot,
      String sql,
      UnaryOperator<String> commits,
      RunQuery body,
      List<JsonNode> parameters,
      int limit,
      Set<String> lost) {
    DiffCalls calls = DiffCalls.parse(sql);
    AsOfClauses clauses = AsOfClauses.parse(calls.sql());
    Snapshot read = snapshot;
    for (Map.Entry<String, DiffCalls.Call> call : calls.calls().entrySet()) {
      DiffCalls.Call diff = call.getValue();
      Snapshot base = asOf(snapshot.state(), body, commits.apply(diff.base()));
      Snapshot target = asOf(snapshot.state(), body, commits.apply(diff.target()));
      LostColumns.of(request.server().reads(), diff.table(), base, target)
          .forEach(column -> lost.add(diff.table() + "." + column));
      read =
          read.withTable(
              call.getKey(), request.server().diffs().difference(base, target, diff.table()));
    }
    for (Map.Entry<String, AsOfClauses.At> other : clauses.tables().entrySet()) {
      AsOfClauses.At at = other.getValue();
      read =
          read.withTable(
              other.getKey(),
              asOf(snapshot.state(), body, commits.apply(at.ref())).table(at.table()));
    }
    QueryResult result =
        request.server().reads().query(read, clauses.sql(), parameters, limit, timeout);
    lost.addAll(request.server().reads().lostTo(read, clauses.sql()));
    return result;
  }

  /** A ref, or the branch of the query as it stood at a time. */
  private Snapshot asOf(RepositoryState state, RunQuery body, String ref) {
    if (isTime(state, ref)) {
      return atTime(state, body, ref, "sql");
    }
    return Snapshots.at(request, state, ref, false);
  }

  private static boolean isTime(RepositoryState state, String ref) {
    return TIME.matcher(ref).lookingAt() && state.branch(ref).isEmpty();
  }

  private static boolean sideBySide(RunQuery body) {
    String mode = body.mode();
    if (mode != null && !mode.equals("union") && !mode.equals("side_by_side")) {
      throw new InvalidRequestException(
          FieldProblem.body("enum", "mode", "Should be union or side_by_side"));
    }
    if (body.branches() == null) {
      if (mode != null) {
        throw new InvalidRequestException(
            FieldProblem.body("value_error", "mode", "Goes with branches"));
      }
      return false;
    }
    if (body.branches().isEmpty()
        || body.ref() != null
        || body.branch() != null
        || body.atTime() != null) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error", "branches", "Name a branch, and neither ref, branch nor at_time"));
    }
    return "side_by_side".equals(mode);
  }

  private List<BranchAnswer> answers(RunQuery body, List<JsonNode> parameters, Set<String> lost) {
    RepositoryState state = request.state();
    return body.branches().stream()
        .map(branch ->
            new BranchAnswer(
                branch,
                run(
                    Snapshots.at(
                        request, state, request.branch(state, branch).name(), body.working()),
                    body,
                    parameters,
                    lost)))
        .toList();
  }

  private static QueryResult union(List<BranchAnswer> answers, int limit) {
    QueryResult first = answers.getFirst().result();
    Set<List<JsonNode>> rows = new LinkedHashSet<>();
    boolean truncated = false;
    for (BranchAnswer answer : answers) {
      if (!answer.result().columns().equals(first.columns())) {
        throw new InvalidRequestException(
            FieldProblem.body(
                "value_error",
                "branches",
                "The query has other columns on "
                    + answer.branch()
                    + " than on "
                    + answers.getFirst().branch()));
      }
      rows.addAll(answer.result().rows());
      truncated |= answer.result().truncated();
    }
    return new QueryResult(
        first.columns(), rows.stream().limit(limit).toList(), truncated || rows.size() > limit);
  }

  private Snapshot snapshot(RunQuery body) {
    requireOneState(body);
    if (body.atTime() != null && Boolean.TRUE.equals(body.working())) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "working", "The past has no uncommitted changes"));
    }
    RepositoryState state = request.state();
    if (body.atTime() == null) {
      String ref = body.ref() != null ? body.ref() : branch(state, body).name();
      return Snapshots.at(request, state, ref, body.working());
    }
    return atTime(state, body, body.atTime(), "at_time");
  }

  private static void requireOneState(RunQuery body) {
    if (body.ref() != null && (body.branch() != null || body.atTime() != null)) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "ref", "Give ref, or branch and at_time"));
    }
  }

  private Snapshot atTime(RepositoryState state, RunQuery body, String time, String field) {
    return Snapshot.of(state, commitAt(state, body, time, field), time);
  }

  private CommitState commitAt(RepositoryState state, RunQuery body, String time, String field) {
    Snapshots.requireRows(request, state, branch(state, body).name());
    try {
      return request.references(state).at(branch(state, body), Times.parse(time));
    } catch (DateTimeException notATime) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "datetime_parsing",
              field,
              "Should be a time in ISO 8601, such as 2026-01-31T12:00:00Z"));
    }
  }

  private BranchState branch(RepositoryState state, RunQuery body) {
    return request.branch(state, body.branch());
  }

  private static String csv(QueryResult result, CsvAnswer line) {
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
