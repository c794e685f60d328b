package dev.epoch.events.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether everything that was ever written under the old form of a schema file fits the new form
 * too, and means the same. Edits that this refuses need a new version of the record and an
 * upcaster.
 *
 * <pre>
 *   fits      other descriptions, a new optional property, a wider type (null allowed, lower minimum),
 *             another value of an enumeration marked "x-growing", another choice of a oneOf
 *   refused   property removed or renamed, new required property, narrower type, values removed from an
 *             enumeration (or added, if it is not marked), other wire name, other reference, anything unknown
 * </pre>
 */
final class SchemaEvolution {
  private static final Set<String> PROSE = Set.of("description", "$comment", "examples");
  private static final Set<String> LOWER_BOUNDS = Set.of("minimum", "minItems", "minLength");
  private static final Set<String> UPPER_BOUNDS = Set.of("maximum", "maxItems", "maxLength");

  private final List<String> refusals = new ArrayList<>();

  private SchemaEvolution() {}

  /** Why the new form is not compatible with the old one; empty if it is. */
  static List<String> refusals(JsonNode before, JsonNode after) {
    SchemaEvolution evolution = new SchemaEvolution();
    evolution.compare("", before, after);
    return List.copyOf(evolution.refusals);
  }

  private void refuse(String where, String why) {
    refusals.add((where.isEmpty() ? "/" : where) + ": " + why);
  }

  private void compare(String where, JsonNode before, JsonNode after) {
    if (after.has("oneOf") && !before.has("oneOf")) {
      wrapped(where, before, after);
      return;
    }
    Set<String> keywords = new TreeSet<>();
    before.fieldNames().forEachRemaining(keywords::add);
    after.fieldNames().forEachRemaining(keywords::add);
    keywords.removeAll(PROSE);
    for (String keyword : keywords) {
      keyword(where, keyword, before, after);
    }
  }

  /** A schema became one of several choices: what it allowed must still be one of them. */
  private void wrapped(String where, JsonNode before, JsonNode after) {
    for (JsonNode choice : after.get("oneOf")) {
      if (refusals(before, choice).isEmpty()) {
        return;
      }
    }
    refuse(where, "no choice allows what was allowed before");
  }

  private void keyword(String where, String keyword, JsonNode before, JsonNode after) {
    JsonNode was = before.path(keyword);
    JsonNode is = after.path(keyword);
    switch (keyword) {
      case "properties" -> properties(where, was, is);
      case "required" -> required(where, before, was, is);
      case "type" -> type(where, was, is);
      case "enum" -> enumeration(where, was, is, growing(before) && growing(after));
      case "x-growing" -> {
        if (was.asBoolean() && !is.asBoolean()) {
          refuse(where, "the enumeration does not grow any more");
        }
      }
      case "$defs" -> named(where + "/$defs", was, is, "definition");
      case "oneOf" -> choices(where, was, is);
      case "items", "propertyNames", "additionalProperties" -> part(where + "/" + keyword, was, is);
      default -> other(where, keyword, was, is);
    }
  }

  private static boolean growing(JsonNode schema) {
    return schema.path("x-growing").asBoolean();
  }

  private void properties(String where, JsonNode was, JsonNode is) {
    named(where, was, is, "property");
  }

  private void named(String where, JsonNode was, JsonNode is, String what) {
    for (Map.Entry<String, JsonNode> entry : was.properties()) {
      JsonNode now = is.path(entry.getKey());
      if (now.isMissingNode()) {
        refuse(where, what + " '" + entry.getKey() + "' is removed or renamed");
      } else {
        compare(where + "/" + entry.getKey(), entry.getValue(), now);
      }
    }
  }

  private void required(String where, JsonNode before, JsonNode was, JsonNode is) {
    Set<String> added = texts(is);
    added.removeAll(texts(was));
    for (String name : added) {
      refuse(
          where,
          before.path("properties").has(name)
              ? "property '" + name + "' was optional and is required"
              : "new property '" + name + "' is required; older records lack it");
    }
  }

  private void type(String where, JsonNode was, JsonNode is) {
    Set<String> types = texts(is);
    if (types.contains("number")) {
      types.add("integer");
    }
    if (was.isMissingNode() || (!is.isMissingNode() && !types.containsAll(texts(was)))) {
      refuse(where, "the type is narrower: " + was + " became " + is);
    }
  }

  private void enumeration(String where, JsonNode was, JsonNode is, boolean growing) {
    Set<String> before = texts(was);
    Set<String> after = texts(is);
    if (was.isMissingNode() || is.isMissingNode()) {
      refuse(where, "the enumeration is new or gone");
    } else if (!after.containsAll(before) || (!growing && !before.containsAll(after))) {
      refuse(where, "the enumeration changed from " + before + " to " + after);
    }
  }

  private void choices(String where, JsonNode was, JsonNode is) {
    if (is.size() < was.size()) {
      refuse(where, "a choice is gone");
      return;
    }
    for (int i = 0; i < was.size(); i++) {
      compare(where + "/oneOf/" + i, was.get(i), is.get(i));
    }
  }

  /** A schema inside, or true or false. */
  private void part(String where, JsonNode was, JsonNode is) {
    boolean openBefore = was.isMissingNode() || (was.isBoolean() && was.booleanValue());
    boolean openAfter = is.isMissingNode() || (is.isBoolean() && is.booleanValue());
    if (openAfter || (was.isBoolean() && !was.booleanValue())) {
      return;
    }
    if (openBefore || is.isBoolean()) {
      refuse(where, "less is allowed than before");
    } else {
      compare(where, was, is);
    }
  }

  private void other(String where, String keyword, JsonNode was, JsonNode is) {
    if (was.equals(is)) {
      return;
    }
    boolean bound = LOWER_BOUNDS.contains(keyword) || UPPER_BOUNDS.contains(keyword);
    boolean gone = is instanceof MissingNode;
    boolean wider =
        !was.isMissingNode()
            && !gone
            && (LOWER_BOUNDS.contains(keyword)
                ? is.decimalValue().compareTo(was.decimalValue()) < 0
                : is.decimalValue().compareTo(was.decimalValue()) > 0);
    if (!bound || !(gone || wider)) {
      refuse(where, "'" + keyword + "' changed from " + was + " to " + is);
    }
  }

  private static Set<String> texts(JsonNode values) {
    Set<String> texts = new HashSet<>();
    if (values.isTextual()) {
      texts.add(values.textValue());
    }
    values.forEach(value -> texts.add(value.asText()));
    return new TreeSet<>(texts);
  }
}
