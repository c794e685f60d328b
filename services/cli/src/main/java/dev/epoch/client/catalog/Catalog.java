package dev.epoch.client.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import dev.epoch.client.transport.Received;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A database of the catalog.
 *
 * @param id by which paths name it
 * @param name for people
 * @param description for people, or null
 * @param defaultBranch id of the branch that is meant where none is named
 */
public record Catalog(
    String id, String name, String description, String defaultBranch, JsonNode json)
    implements Received {

  static Catalog of(JsonNode json) {
    return new Catalog(
        json.path("id").asText(),
        json.path("name").asText(),
        Json.text(json, "description"),
        json.path("default_branch_id").asText(),
        json);
  }

  /** All of a server. */
  public record Listing(List<Catalog> catalogs, JsonNode json) implements Received {}

  /**
   * A branch.
   *
   * @param head hash of its commit; null as long as it has none
   * @param status active, merged or archived
   */
  public record Branch(String id, String name, String head, String status, JsonNode json)
      implements Received {
    static Branch of(JsonNode json) {
      return new Branch(
          json.path("id").asText(),
          json.path("name").asText(),
          Json.text(json, "commit_hash"),
          json.path("status").asText(),
          json);
    }
  }

  /** A class, with how much it defines. */
  public record ClassDefinition(
      String id, String name, int properties, int relationships, int derived) {
    static ClassDefinition of(JsonNode json) {
      return new ClassDefinition(
          json.path("id").asText(),
          json.path("name").asText(),
          json.path("properties").size(),
          json.path("relationships").size(),
          json.path("derived").size());
    }
  }

  /** The classes of a branch, with what is staged. */
  public record Schema(List<ClassDefinition> classes, JsonNode json) implements Received {
    static Schema of(JsonNode json) {
      return new Schema(
          Json.items(json, "classes").stream().map(ClassDefinition::of).toList(), json);
    }
  }

  /**
   * An instance, resolved.
   *
   * @param classId id or name of its class
   * @param properties values by name
   * @param relationships ids of the instances behind them, by name
   */
  public record Instance(
      String id,
      String classId,
      Map<String, JsonNode> properties,
      Map<String, List<String>> relationships,
      JsonNode json)
      implements Received {
    static Instance of(JsonNode json) {
      Map<String, JsonNode> properties = new LinkedHashMap<>();
      json.path("properties")
          .properties()
          .forEach(each -> properties.put(each.getKey(), each.getValue()));
      Map<String, List<String>> relationships = new LinkedHashMap<>();
      json.path("relationships")
          .properties()
          .forEach(each ->
              relationships.put(
                  each.getKey(),
                  Json.items(each.getValue(), "materialized_ids").stream()
                      .map(JsonNode::asText)
                      .toList()));
      return new Instance(
          json.path("id").asText(), json.path("class").asText(), properties, relationships, json);
    }
  }

  /** The instances of a branch, with what is staged. */
  public record Instances(List<Instance> instances, JsonNode json) implements Received {}

  /**
   * What is wrong with an instance, or may be.
   *
   * @param kind such as {@code MissingRequiredProperty}
   */
  public record Finding(String instance, String kind, String message) {
    static Finding of(JsonNode json, String kind) {
      return new Finding(
          json.path("instance_id").asText(),
          json.path(kind).asText(),
          json.path("message").asText());
    }
  }

  /** Instances compared with their classes. */
  public record Report(
      boolean valid, int instances, List<Finding> errors, List<Finding> warnings, JsonNode json)
      implements Received {
    static Report of(JsonNode json) {
      return new Report(
          json.path("valid").asBoolean(),
          json.path("instance_count").asInt(),
          Json.items(json, "errors").stream().map(each -> Finding.of(each, "error_type")).toList(),
          Json.items(json, "warnings").stream()
              .map(each -> Finding.of(each, "warning_type"))
              .toList(),
          json);
    }
  }

  /**
   * A configuration that was found.
   *
   * @param id of the artifact that keeps it
   * @param optimal whether no other one is better
   * @param objective what it is worth by the weights; null if the server does not say
   * @param bound that no configuration exceeds; null if none is known
   * @param copies of each instance that is included
   * @param notes of the solver
   */
  public record Configuration(
      String id,
      boolean optimal,
      BigDecimal objective,
      BigDecimal bound,
      Map<String, Long> copies,
      List<String> notes,
      JsonNode json)
      implements Received {
    static Configuration of(JsonNode json) {
      JsonNode artifact = json.path("configuration");
      JsonNode solver = artifact.path("solve_metadata").path("solver");
      Map<String, Long> copies = new LinkedHashMap<>();
      artifact
          .path("resolved_domains")
          .properties()
          .forEach(each -> {
            long count = each.getValue().path("lower").asLong();
            if (count > 0) {
              copies.put(each.getKey(), count);
            }
          });
      return new Configuration(
          artifact.path("id").asText(),
          solver.path("status").asText().equals("optimal"),
          number(solver, "objective"),
          number(solver, "best_bound"),
          copies,
          Json.items(solver, "notes").stream().map(JsonNode::asText).toList(),
          json);
    }

    private static BigDecimal number(JsonNode json, String field) {
      return json.path(field).isNumber() ? json.path(field).decimalValue() : null;
    }
  }

  /**
   * A table that was staged as a class.
   *
   * @param id of the class
   * @param instances that the class has
   * @param lost columns whose values are not known any more where they are null
   */
  public record TableClass(String id, int instances, List<String> lost, JsonNode json)
      implements Received {
    static TableClass of(JsonNode json) {
      return new TableClass(
          json.path("class").path("id").asText(),
          json.path("instances_count").asInt(),
          Json.items(json, "lost_columns").stream().map(JsonNode::asText).toList(),
          json);
    }
  }

  /**
   * What stands in the way of a merge.
   *
   * @param kind such as {@code InstanceConflict}
   * @param resource id of the class or instance
   */
  public record Conflict(String kind, String resource, String description) {
    static Conflict of(JsonNode json) {
      return new Conflict(
          json.path("conflict_type").asText(),
          json.path("resource_id").asText(),
          json.path("description").asText());
    }
  }

  /**
   * A merge that was made, refused or simulated.
   *
   * @param possible whether it was made, or can be
   * @param affected instances that it changes, or would change
   * @param message of the server; null of one that was simulated
   */
  public record Merge(
      boolean possible, int affected, List<Conflict> conflicts, String message, JsonNode json)
      implements Received {
    static Merge of(JsonNode json) {
      return new Merge(
          json.path("success").asBoolean(),
          json.path("merged_instances").asInt(),
          Json.items(json, "conflicts").stream().map(Conflict::of).toList(),
          Json.text(json, "message"),
          json);
    }

    static Merge simulated(JsonNode json) {
      return new Merge(
          json.path("can_merge").asBoolean(),
          json.path("affected_instances").size(),
          Json.items(json, "conflicts").stream().map(Conflict::of).toList(),
          null,
          json);
    }
  }
}
