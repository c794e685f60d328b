package dev.epoch.catalog.validate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;

/**
 * What is wrong with an instance.
 *
 * @param instanceId of the instance
 * @param kind of problem
 * @param message for people
 * @param property or relationship that it is about, or null
 * @param expected what the class says, or null
 * @param actual what the instance has, or null
 */
public record Problem(
    String instanceId, Kind kind, String message, String property, String expected, String actual) {
  /** The kinds of problems, as answers name them. */
  public enum Kind {
    TYPE_MISMATCH("TypeMismatch"),
    MISSING_REQUIRED_PROPERTY("MissingRequiredProperty"),
    UNDEFINED_PROPERTY("UndefinedProperty"),
    VALUE_TYPE_INCONSISTENCY("ValueTypeInconsistency"),
    CLASS_NOT_FOUND("ClassNotFound"),
    RELATIONSHIP_ERROR("RelationshipError");

    private final String spelling;

    Kind(String spelling) {
      this.spelling = spelling;
    }

    public String spelling() {
      return spelling;
    }
  }

  ObjectNode toJson() {
    return CatalogJson.object()
        .put("instance_id", instanceId)
        .put("error_type", kind.spelling())
        .put("message", message)
        .put("property_name", property)
        .put("expected", expected)
        .put("actual", actual);
  }
}
