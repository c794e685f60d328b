package dev.epoch.catalog.solve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.InvalidCatalogException;
import dev.epoch.catalog.model.JsonFields;
import java.util.Locale;
import java.util.Set;

/**
 * What selectors do where they find something else than was meant.
 *
 * @param crossBranch with ids that are on another branch
 * @param missingInstance with ids that are nowhere
 * @param emptySelection with filters that find nothing
 * @param maxSelectionSize most that a filter may find
 */
public record Policies(
    CrossBranch crossBranch,
    MissingInstance missingInstance,
    EmptySelection emptySelection,
    long maxSelectionSize) {
  /** With ids that are on another branch. */
  public enum CrossBranch {
    REJECT,
    ALLOW,
    ALLOW_WITH_WARNINGS
  }

  /** With ids that are nowhere. */
  public enum MissingInstance {
    FAIL,
    SKIP,
    PLACEHOLDER
  }

  /** With filters that find nothing. */
  public enum EmptySelection {
    FAIL,
    ALLOW,
    FALLBACK
  }

  public static final Policies DEFAULT =
      new Policies(CrossBranch.REJECT, MissingInstance.SKIP, EmptySelection.ALLOW, 1_000);

  /** {@link #DEFAULT} for null, and for what is not said. */
  public static Policies parse(JsonNode node) {
    if (node == null || node.isNull()) {
      return DEFAULT;
    }
    JsonFields fields =
        new JsonFields(node, "policies")
            .allow(
                Set.of(
                    "cross_branch_policy",
                    "missing_instance_policy",
                    "empty_selection_policy",
                    "max_selection_size"));
    Long most = fields.whole("max_selection_size");
    if (most != null && most < 0) {
      throw new InvalidCatalogException("policies.max_selection_size should not be negative");
    }
    return new Policies(
        constant(fields, "cross_branch_policy", DEFAULT.crossBranch),
        constant(fields, "missing_instance_policy", DEFAULT.missingInstance),
        constant(fields, "empty_selection_policy", DEFAULT.emptySelection),
        most == null ? DEFAULT.maxSelectionSize : most);
  }

  private static <E extends Enum<E>> E constant(JsonFields fields, String name, E otherwise) {
    String text = fields.text(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Enum.valueOf(
          otherwise.getDeclaringClass(), JsonFields.tag(text).toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new InvalidCatalogException("policies." + name + ": there is no '" + text + "'");
    }
  }

  public ObjectNode toJson() {
    return CatalogJson.object()
        .put("cross_branch_policy", name(crossBranch))
        .put("missing_instance_policy", name(missingInstance))
        .put("empty_selection_policy", name(emptySelection))
        .put("max_selection_size", maxSelectionSize);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
