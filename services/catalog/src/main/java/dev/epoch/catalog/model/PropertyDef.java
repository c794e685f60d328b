package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.Set;

/**
 * A property of a class.
 *
 * @param id of the property
 * @param name that instances call it by
 * @param type of its values
 * @param required whether every instance has it
 */
public record PropertyDef(String id, String name, ValueType type, boolean required) {

  static PropertyDef parse(JsonNode node, String where) {
    JsonFields fields =
        new JsonFields(node, where).allow(Set.of("id", "name", "data_type", "required"));
    String id = fields.text("id");
    String name = fields.text("name");
    if (id == null && name == null) {
      throw new InvalidCatalogException(where + " has neither name nor id");
    }
    return new PropertyDef(
        Objects.requireNonNullElse(id, name),
        Objects.requireNonNullElse(name, id),
        ValueType.parse(fields.text("data_type"), where + ".data_type"),
        fields.flag("required"));
  }

  ObjectNode toJson() {
    return CatalogJson.object()
        .put("id", id)
        .put("name", name)
        .put("data_type", type.spelling())
        .put("required", required);
  }
}
