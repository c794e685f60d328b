package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An instance of a class.
 *
 * @param id of the instance
 * @param classId id or name of its class
 * @param properties by name
 * @param relationships by name
 * @param domain how many copies there may be, null for what its class says
 * @param audit who made it
 */
public record Instance(
    String id,
    String classId,
    SortedMap<String, PropertyValue> properties,
    SortedMap<String, Selection> relationships,
    Domain domain,
    Audit audit) {
  private static final Pattern ID = Pattern.compile("[^\\s/?#%]{1,200}");
  private static final Set<String> FIELDS =
      Set.of(
          "id",
          "branch_id",
          "class",
          "class_id",
          "properties",
          "relationships",
          "domain",
          "created_by",
          "created_at",
          "updated_by",
          "updated_at");

  public Instance {
    properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    relationships = Collections.unmodifiableSortedMap(new TreeMap<>(relationships));
  }

  /**
   * A new instance.
   *
   * @param id null for the one that it says itself
   * @param fallbackId if neither says one
   */
  public static Instance create(JsonNode node, String id, String fallbackId, Audit audit) {
    JsonFields fields = new JsonFields(node, "instance").allow(FIELDS);
    String given = fields.text("id");
    if (id != null && given != null && !given.equals(id)) {
      throw new InvalidCatalogException(
          "The instance is called '" + id + "' in the path and '" + given + "' in the body");
    }
    String chosen = id != null ? id : given != null ? given : fallbackId;
    if (!ID.matcher(chosen).matches()) {
      throw new InvalidCatalogException(
          "'"
              + chosen
              + "' is no id of an instance: 1 to 200 characters without blanks, '/', '?',"
              + " '#' and '%'");
    }
    String classId = fields.text("class", "class_id");
    if (classId == null) {
      throw new InvalidCatalogException(
          "instance.class is missing: a new instance needs class or class_id");
    }
    return parse(fields, chosen, classId, audit);
  }

  /** Of stored JSON. */
  public static Instance read(JsonNode json) {
    return parse(
        new JsonFields(json, "instance"),
        json.get("id").textValue(),
        json.get("class").textValue(),
        Audit.read(json));
  }

  private static Instance parse(JsonFields fields, String id, String classId, Audit audit) {
    SortedMap<String, PropertyValue> properties = new TreeMap<>();
    each(
        fields,
        "properties",
        (name, value) -> properties.put(name, PropertyValue.parse(value, "properties." + name)));
    SortedMap<String, Selection> relationships = new TreeMap<>();
    each(
        fields,
        "relationships",
        (name, value) -> relationships.put(name, Selection.parse(value, "relationships." + name)));
    return new Instance(
        id,
        classId,
        properties,
        relationships,
        Domain.parse(fields.first("domain"), "instance.domain"),
        audit);
  }

  /** One field of an object. */
  @FunctionalInterface
  private interface Field {
    void read(String name, JsonNode value);
  }

  private static void each(JsonFields fields, String name, Field read) {
    JsonNode found = fields.first(name);
    if (found != null) {
      new JsonFields(found, "instance." + name)
          .node()
          .fields()
          .forEachRemaining(field -> {
            if (!field.getValue().isNull()) {
              read.read(field.getKey(), field.getValue());
            }
          });
    }
  }

  /** This instance with what is given; null takes a property, relationship or domain away. */
  public Instance patched(JsonNode node, Audit newAudit) {
    JsonFields fields = new JsonFields(node, "instance").allow(FIELDS);
    String given = fields.text("id");
    if (given != null && !given.equals(id)) {
      throw new InvalidCatalogException("The id of instance '" + id + "' stays as it is");
    }
    String newClass = fields.text("class", "class_id");
    Instance more = parse(fields, id, newClass == null ? classId : newClass, newAudit);
    return new Instance(
        id,
        more.classId,
        merged(properties, more.properties, fields.first("properties")),
        merged(relationships, more.relationships, fields.first("relationships")),
        fields.has("domain") ? more.domain : domain,
        newAudit);
  }

  private static <T> SortedMap<String, T> merged(
      SortedMap<String, T> before, SortedMap<String, T> more, JsonNode given) {
    SortedMap<String, T> all = new TreeMap<>(before);
    all.putAll(more);
    if (given != null) {
      given
          .fields()
          .forEachRemaining(field -> {
            if (field.getValue().isNull()) {
              all.remove(field.getKey());
            }
          });
    }
    return all;
  }

  public ObjectNode toJson() {
    ObjectNode json = CatalogJson.object().put("id", id).put("class", classId);
    ObjectNode ofProperties = json.putObject("properties");
    properties.forEach((name, value) -> ofProperties.set(name, value.toJson()));
    ObjectNode ofRelationships = json.putObject("relationships");
    relationships.forEach((name, value) -> ofRelationships.set(name, value.toJson()));
    if (domain != null) {
      json.set("domain", domain.toJson());
    }
    audit.write(json);
    return json;
  }

  /** As answers show it: with the branch that it was read on. */
  public ObjectNode toJson(String branchId) {
    ObjectNode json = CatalogJson.object().put("id", id).put("branch_id", branchId);
    json.setAll(toJson());
    return json;
  }

  /** Whether both say the same, whoever made them. */
  public boolean saysTheSame(Instance other) {
    return other != null && withAudit(null).equals(other.withAudit(null));
  }

  private Instance withAudit(Audit other) {
    return new Instance(id, classId, properties, relationships, domain, other);
  }
}
