package dev.epoch.catalog.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.model.value.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A class or an instance as named fields, each the canonical JSON of one part:
 *
 * <pre>
 *   class     name  description  domain_constraint  properties/ID  relationships/ID  derived/ID
 *   instance  class  domain  properties/NAME  relationships/NAME
 * </pre>
 */
final class EntityFields {
  private EntityFields() {}

  static Map<String, String> of(ClassDef made) {
    Map<String, String> fields = new LinkedHashMap<>();
    made.toJson()
        .fields()
        .forEachRemaining(field -> {
          switch (field.getKey()) {
            case "properties", "relationships", "derived" ->
                field
                    .getValue()
                    .forEach(each ->
                        fields.put(
                            field.getKey() + "/" + each.get("id").textValue(),
                            JsonText.compact(each)));
            case "id", "created_by", "created_at", "updated_by", "updated_at" -> {}
            default -> put(fields, field.getKey(), field.getValue());
          }
        });
    return fields;
  }

  static Map<String, String> of(Instance made) {
    Map<String, String> fields = new LinkedHashMap<>();
    made.toJson()
        .fields()
        .forEachRemaining(field -> {
          switch (field.getKey()) {
            case "properties", "relationships" ->
                field
                    .getValue()
                    .fields()
                    .forEachRemaining(each ->
                        fields.put(
                            field.getKey() + "/" + each.getKey(),
                            JsonText.compact(each.getValue())));
            case "id", "created_by", "created_at", "updated_by", "updated_at" -> {}
            default -> put(fields, field.getKey(), field.getValue());
          }
        });
    return fields;
  }

  private static void put(Map<String, String> fields, String name, JsonNode value) {
    if (!value.isNull()) {
      fields.put(name, JsonText.compact(value));
    }
  }

  /** The class that has these fields; those that are null are not there. */
  static ClassDef classOf(String id, Map<String, String> fields, Audit audit) {
    ObjectNode json = withAudit(id, audit);
    for (String list : new String[] {"properties", "relationships", "derived"}) {
      json.putArray(list);
    }
    fields.forEach((name, text) -> {
      if (text != null) {
        int slash = name.indexOf('/');
        if (slash < 0) {
          json.set(name, CatalogJson.read(text));
        } else {
          ((ArrayNode) json.get(name.substring(0, slash))).add(CatalogJson.read(text));
        }
      }
    });
    return ClassDef.read(json);
  }

  static Instance instanceOf(String id, Map<String, String> fields, Audit audit) {
    ObjectNode json = withAudit(id, audit);
    json.putObject("properties");
    json.putObject("relationships");
    fields.forEach((name, text) -> {
      if (text != null) {
        int slash = name.indexOf('/');
        if (slash < 0) {
          json.set(name, CatalogJson.read(text));
        } else {
          ((ObjectNode) json.get(name.substring(0, slash)))
              .set(name.substring(slash + 1), CatalogJson.read(text));
        }
      }
    });
    return Instance.read(json);
  }

  private static ObjectNode withAudit(String id, Audit audit) {
    return CatalogJson.object()
        .put("id", id)
        .put("created_by", audit.createdBy())
        .put("created_at", audit.createdAt().toString())
        .put("updated_by", audit.updatedBy())
        .put("updated_at", audit.updatedAt().toString());
  }
}
