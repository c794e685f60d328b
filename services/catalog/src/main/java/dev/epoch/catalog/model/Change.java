package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** What a working commit does to one class or instance. */
public sealed interface Change {
  record PutClass(ClassDef made) implements Change {}

  record RemoveClass(String id) implements Change {}

  record PutInstance(Instance made) implements Change {}

  record RemoveInstance(String id) implements Change {}

  /** {@code class/ID} or {@code instance/ID}. */
  default String entity() {
    return switch (this) {
      case PutClass(ClassDef made) -> "class/" + made.id();
      case RemoveClass(String id) -> "class/" + id;
      case PutInstance(Instance made) -> "instance/" + made.id();
      case RemoveInstance(String id) -> "instance/" + id;
    };
  }

  static ArrayNode toJson(List<Change> changes) {
    ArrayNode list = CatalogJson.array();
    for (Change change : changes) {
      ObjectNode json = list.addObject();
      switch (change) {
        case PutClass(ClassDef made) -> json.set("put_class", made.toJson());
        case RemoveClass(String id) -> json.put("remove_class", id);
        case PutInstance(Instance made) -> json.set("put_instance", made.toJson());
        case RemoveInstance(String id) -> json.put("remove_instance", id);
      }
    }
    return list;
  }

  static List<Change> read(JsonNode list) {
    List<Change> changes = new ArrayList<>();
    for (JsonNode json : list) {
      String kind = json.fieldNames().next();
      JsonNode value = json.get(kind);
      changes.add(
          switch (kind) {
            case "put_class" -> new PutClass(ClassDef.read(value));
            case "remove_class" -> new RemoveClass(value.textValue());
            case "put_instance" -> new PutInstance(Instance.read(value));
            case "remove_instance" -> new RemoveInstance(value.textValue());
            default -> throw new IllegalArgumentException("no change of a catalog: " + kind);
          });
    }
    return changes;
  }
}
