package dev.epoch.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;

/** Runs reading SQL on any state of the data. */
public final class Queries {

  private final Scope scope;

  Queries(Scope scope) {
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
   */
  public record Request(
      String sql,
      String ref,
      String branch,
      String atTime,
      boolean working,
      List<JsonNode> parameters,
      Integer limit) {

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

  /** Runs a query. */
  public QueryResult run(Request request) {
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
    return QueryResult.of(scope.send(scope.post("query").body(body).readOnly()));
  }
}
