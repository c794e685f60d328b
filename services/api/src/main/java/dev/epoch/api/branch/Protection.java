package dev.epoch.api.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.BranchProtection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a branch is to be protected, as a body says it. */
public final class Protection {
  private static final Set<String> KNOWN =
      Set.of(
          "require_review",
          "approvals",
          "dismiss_stale",
          "no_force_push",
          "mergers",
          "committers",
          "conflict_strategy");
  private static final long MOST_APPROVALS = 100;

  private Protection() {}

  /**
   * Null for null and {@code {}}, which end a protection.
   *
   * @throws InvalidRequestException for what is no protection
   */
  public static BranchProtection of(JsonNode given) {
    if (given.isNull() || given.isObject() && given.isEmpty()) {
      return null;
    }
    if (!given.isObject()) {
      throw invalid("", "Should be an object, or null");
    }
    given
        .fieldNames()
        .forEachRemaining(name -> {
          if (!KNOWN.contains(name)) {
            throw invalid(name, "There is no such field");
          }
        });
    boolean review = flag(given, "require_review", given.path("approvals").asLong() > 0);
    return new BranchProtection(
        review,
        approvals(given, review),
        flag(given, "dismiss_stale", true),
        flag(given, "no_force_push", false),
        names(given, "mergers"),
        names(given, "committers"),
        strategy(given));
  }

  private static long approvals(JsonNode given, boolean review) {
    JsonNode value = given.path("approvals");
    if (value.isMissingNode() || value.isNull()) {
      return review ? 1 : 0;
    }
    if (!value.isIntegralNumber() || value.asLong() < 0 || value.asLong() > MOST_APPROVALS) {
      throw invalid("approvals", "Should be a number up to " + MOST_APPROVALS);
    }
    return value.asLong();
  }

  private static boolean flag(JsonNode given, String name, boolean otherwise) {
    JsonNode value = given.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw invalid(name, "Should be true or false");
    }
    return value.booleanValue();
  }

  private static List<String> names(JsonNode given, String name) {
    JsonNode value = given.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    List<String> names = new ArrayList<>();
    value.forEach(element -> names.add(element.isTextual() ? element.textValue() : ""));
    if (!value.isArray() || names.contains("")) {
      throw invalid(name, "Should be a list of ids, names or addresses");
    }
    return names;
  }

  private static String strategy(JsonNode given) {
    JsonNode value = given.path("conflict_strategy");
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!Set.of("manual", "fail", "ours", "theirs").contains(value.asText())) {
      throw invalid("conflict_strategy", "Should be fail, ours, theirs or manual");
    }
    return value.asText();
  }

  private static InvalidRequestException invalid(String field, String message) {
    List<Object> location = new ArrayList<>(List.of("body", "protection"));
    if (!field.isEmpty()) {
      location.add(field);
    }
    return new InvalidRequestException(
        new FieldProblem("value_error", List.copyOf(location), message, Map.of()));
  }
}
