package dev.epoch.client.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.client.RefusedException;
import dev.epoch.client.transport.Call;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Scope;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads, validates, solves and merges catalogs. Their paths are at the root of the server, and a
 * branch of null is the default branch.
 */
public final class Catalogs {
  private static final int CONFLICT = 409;
  private static final int UNPROCESSABLE = 422;

  private final Scope scope;

  public Catalogs(Scope scope) {
    this.scope = Objects.requireNonNull(scope, "scope");
  }

  /** All databases. */
  public Catalog.Listing list() {
    JsonNode answer = send(Call.get("databases"));
    return new Catalog.Listing(
        Json.items(answer, "databases").stream().map(Catalog::of).toList(), answer);
  }

  /** One database. */
  public Catalog get(String database) {
    return Catalog.of(send(Call.get("databases", database)));
  }

  /** One branch, by its id or name. */
  public Catalog.Branch branch(String database, String branch) {
    return Catalog.Branch.of(send(Call.get("databases", database, "branches", branch)));
  }

  /** The classes of a branch, with what is staged. */
  public Catalog.Schema schema(String database, String branch) {
    return Catalog.Schema.of(send(Call.get(path(database, branch, "schema"))));
  }

  /** The instances of a branch, with what is staged. */
  public Catalog.Instances instances(String database, String branch) {
    JsonNode answer = send(Call.get(path(database, branch, "instances")));
    return new Catalog.Instances(
        Json.items(answer, "instances").stream().map(Catalog.Instance::of).toList(), answer);
  }

  /** One instance, with what is staged. */
  public Catalog.Instance instance(String database, String branch, String id) {
    return Catalog.Instance.of(send(Call.get(path(database, branch, "instances", id))));
  }

  /** Compares all instances of a branch with their classes, with what is staged. */
  public Catalog.Report validate(String database, String branch) {
    return Catalog.Report.of(send(Call.get(path(database, branch, "validate"))));
  }

  /**
   * Finds the best configuration of an instance at the head of a branch, and keeps it.
   *
   * @param weights by property
   * @throws RefusedException as {@code NoConfigurationError} if constraints cannot hold together
   */
  public Catalog.Configuration solve(
      String database, String branch, String instance, Map<String, BigDecimal> weights) {
    ObjectNode body = Json.object();
    weights.forEach(body::put);
    return Catalog.Configuration.of(
        send(Call.post(path(database, branch, "instances", instance, "query")).body(body)));
  }

  /**
   * Merges a branch into another one. Conflicts are an outcome.
   *
   * @param target null for the default branch
   * @param force the source wins where both changed the same, and instances may break
   */
  public Catalog.Merge merge(String database, String source, String target, boolean force) {
    ObjectNode body = Json.object().put("force", force);
    if (target != null) {
      body.put("target_branch_id", target);
    }
    try {
      return Catalog.Merge.of(
          send(Call.post("databases", database, "branches", source, "merge").body(body)));
    } catch (RefusedException refused) {
      if (refused.status() == CONFLICT && refused.body().has("conflicts")) {
        return Catalog.Merge.of(refused.body());
      }
      throw refused;
    }
  }

  /** What {@link #merge} would do, without force. Changes nothing. */
  public Catalog.Merge planMerge(String database, String source, String target) {
    List<String> path =
        new ArrayList<>(List.of("databases", database, "branches", source, "validate-merge"));
    if (target != null) {
      path.add(target);
    }
    return Catalog.Merge.simulated(send(Call.get(path.toArray(String[]::new))));
  }

  /**
   * Stages a table of the client's repository as a class: columns are properties, rows instances.
   *
   * @param database null for the one of the repository's name
   * @param ref whose rows
   * @param name of the class, null for that of the table
   */
  public Catalog.TableClass classFromTable(
      String database, String branch, String table, String ref, String name) {
    String repository = Objects.requireNonNull(scope.repository(), "repository");
    ObjectNode body =
        Json.object().put("table", table).put("repository", repository).put("ref", ref);
    if (name != null) {
      body.put("name", name);
    }
    String in = database == null ? repository : database;
    return Catalog.TableClass.of(
        send(Call.post(path(in, branch, "schema", "classes", "from-table")).body(body)));
  }

  private static String[] path(String database, String branch, String... rest) {
    List<String> path = new ArrayList<>(List.of("databases", database));
    if (branch != null) {
      path.addAll(List.of("branches", branch));
    }
    path.addAll(List.of(rest));
    return path.toArray(String[]::new);
  }

  private JsonNode send(Call call) {
    try {
      return scope.send(call.atRoot());
    } catch (RefusedException refused) {
      throw named(refused);
    }
  }

  /**
   * Catalogs answer {@code {"error": message, "remedy": ...}}; the rest of the API names errors.
   */
  private static RefusedException named(RefusedException refused) {
    JsonNode body = refused.body();
    if (!body.has("error") || body.has("message") || body.has("detail")) {
      return refused;
    }
    ObjectNode usual =
        Json.object()
            .put(
                "error",
                refused.status() == UNPROCESSABLE ? "NoConfigurationError" : "CatalogError")
            .put("message", body.path("error").asText());
    ObjectNode details = usual.putObject("details");
    String remedy = Json.text(body, "remedy");
    if (remedy != null) {
      details.put("remedy", remedy);
    }
    return RefusedException.of(refused.status(), usual, "");
  }
}
