package dev.epoch.catalog.validate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;
import java.util.List;

/**
 * What was found.
 *
 * @param problems that make it invalid
 * @param warnings that do not
 * @param instances that were looked at
 */
public record Report(List<Problem> problems, List<Warning> warnings, List<String> instances) {
  /**
   * What was not looked at, or may be meant otherwise.
   *
   * @param property or relationship that it is about
   */
  public record Warning(String instanceId, String kind, String message, String property) {}

  public Report {
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
    instances = List.copyOf(instances);
  }

  public boolean isValid() {
    return problems.isEmpty();
  }

  public ObjectNode toJson() {
    ObjectNode json = CatalogJson.object().put("valid", isValid());
    ArrayNode errors = json.putArray("errors");
    problems.forEach(each -> errors.add(each.toJson()));
    ArrayNode list = json.putArray("warnings");
    warnings.forEach(each ->
        list.addObject()
            .put("instance_id", each.instanceId())
            .put("warning_type", each.kind())
            .put("message", each.message())
            .put("property_name", each.property()));
    json.put("instance_count", instances.size());
    json.set("validated_instances", CatalogJson.texts(instances));
    return json;
  }
}
