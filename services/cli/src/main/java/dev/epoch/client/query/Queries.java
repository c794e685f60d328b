package dev.epoch.client.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.util.List;
import java.util.Objects;

/** Runs reading SQL on any state of the data. */
public final class Queries {

  private final Scope scope;

  public Queries(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /**
   * A query: on a branch, at a ref, or on a branch as it was at a time.
   *
   * @param ref commit or tag, or null
   * @param branch branch, or null
   * @param atTime ISO 8601, or null
   * @param working with what is not yet committed
   * @param parameters values of the placeholders
   * @param limit null to let the server choose
   * @param paged whether further rows are asked for later
   * @param after next of the page before, or null
   */
  public record Request(
      String sql,
      String ref,
      String branch,
      String atTime,
      boolean working,
      List<JsonNode> parameters,
      Integer limit,
      boolean paged,
      String after) {

    /** All at once. */
    public Request(
        String sql,
        String ref,
        String branch,
        String atTime,
        boolean working,
        List<JsonNode> parameters,
        Integer limit) {
      this(sql, ref, branch, atTime, working, parameters, limit, false, null);
    }

    /** The same, page by page. */
    public Request page(String previous) {
      return new Request(
          sql, ref, branch, atTime, working, parameters, limit, previous == null, previous);
    }

    /** Checks what must be there. */
    public Request {
      Objects.requireNonNull(sql, "sql");
      parameters = List.copyOf(parameters);
    }

    /** A query of what is committed on a branch. */
    public static Request onBranch(String sql, String branch) {
      return new Request(sql, null, branch, null, false, List.of(), null);
    }

    /** A query of the state at a commit, tag or branch. */
    public static Request at(String sql, String ref) {
      return new Request(sql, ref, null, null, false, List.of(), null);
    }
  }

  /** The answer on one branch. */
  public record BranchResult(String branch, QueryResult result) {}

  /** Runs a query. */
  public QueryResult run(Request request) {
    return QueryResult.of(send(body(request)));
  }

  /** All different rows that a query, which names no state, finds on some branches. */
  public QueryResult union(Request request, List<String> branches) {
    return QueryResult.of(send(onBranches(request, branches, "union")));
  }

  /** What a query, which names no state, finds on each of some branches. */
  public List<BranchResult> sideBySide(Request request, List<String> branches) {
    JsonNode json = send(onBranches(request, branches, "side_by_side"));
    return Json.items(json.path("branches"), "branches").stream()
        .map(answer -> new BranchResult(answer.path("branch").asText(), QueryResult.of(answer)))
        .toList();
  }

  private JsonNode send(ObjectNode body) {
    return scope.send(scope.post("query").body(body).readOnly());
  }

  private static ObjectNode onBranches(Request request, List<String> branches, String mode) {
    ObjectNode body = body(request).put("mode", mode);
    ArrayNode names = body.putArray("branches");
    branches.forEach(names::add);
    return body;
  }

  private static ObjectNode body(Request request) {
    ObjectNode body = Json.object().put("sql", request.sql());
    if (request.ref() != null) {
      body.put("ref", request.ref());
    }
    if (request.branch() != null) {
      body.put("branch", request.branch());
    }
    if (request.atTime() != null) {
      body.put("at_time", request.atTime());
    }
    if (request.working()) {
      body.put("working", true);
    }
    if (!request.parameters().isEmpty()) {
      ArrayNode parameters = body.putArray("params");
      request.parameters().forEach(parameters::add);
    }
    if (request.limit() != null) {
      body.put("limit", request.limit());
    }
    if (request.paged()) {
      body.put("paged", true);
    }
    if (request.after() != null) {
      body.put("after", request.after());
    }
    return body;
  }
}
