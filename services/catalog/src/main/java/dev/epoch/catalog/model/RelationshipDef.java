package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A relationship of a class.
 *
 * @param id of the relationship
 * @param name that instances call it by
 * @param targets ids or names of the classes that it leads to
 * @param quantifier how many copies it has in a configuration
 * @param selection how instances may say what it leads to
 * @param defaultPool what is available where an instance says nothing
 */
public record RelationshipDef(
    String id,
    String name,
    List<String> targets,
    Quantifier quantifier,
    SelectionMode selection,
    Pool defaultPool) {
  public RelationshipDef {
    targets = List.copyOf(targets);
  }

  static RelationshipDef parse(JsonNode node, String where) {
    JsonFields fields =
        new JsonFields(node, where)
            .allow(Set.of("id", "name", "targets", "quantifier", "selection", "default_pool"));
    String id = fields.text("id");
    String name = fields.text("name");
    if (id == null && name == null) {
      throw new InvalidCatalogException(where + " has neither name nor id");
    }
    JsonNode targets = fields.first("targets");
    return new RelationshipDef(
        Objects.requireNonNullElse(id, name),
        Objects.requireNonNullElse(name, id),
        targets == null ? List.of() : JsonFields.texts(targets, where + ".targets"),
        Quantifier.parse(fields.first("quantifier"), where + ".quantifier"),
        SelectionMode.parse(fields.text("selection"), where + ".selection"),
        Pool.parse(fields.first("default_pool"), where + ".default_pool"));
  }

  ObjectNode toJson() {
    ObjectNode json = CatalogJson.object().put("id", id).put("name", name);
    json.set("targets", CatalogJson.texts(targets));
    json.set("quantifier", quantifier.toJson());
    json.put("selection", selection.spelling());
    json.set("default_pool", defaultPool.toJson());
    return json;
  }
}
