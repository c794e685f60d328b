package dev.epoch.gateway.schema;

import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.ConstraintDefinition.Reference;
import dev.epoch.model.schema.object.ObjectName;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A constraint to add, as clients ask for it.
 *
 * @param type {@code unique}, {@code check}, {@code foreign_key} or {@code exclusion}
 * @param columns of unique and foreign key constraints
 * @param expression of a check
 * @param references table that a foreign key points to
 * @param referencesColumns empty for its primary key
 * @param onDelete {@code cascade}, {@code set null} ..., null for no action
 * @param elements of an exclusion constraint
 * @param method of an exclusion constraint's index, null for gist
 * @param where condition of an exclusion constraint, or null
 */
public record ConstraintRequest(
    String name,
    String type,
    List<String> columns,
    String expression,
    ObjectName references,
    List<String> referencesColumns,
    String onDelete,
    String onUpdate,
    boolean nullsNotDistinct,
    boolean deferrable,
    boolean initiallyDeferred,
    List<Element> elements,
    String method,
    String where) {

  /** A column or expression, and the operator by which two rows must differ. */
  public record Element(String column, String operator) {}

  private static final Set<String> ACTIONS =
      Set.of("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT");

  public ConstraintRequest {
    columns = columns == null ? List.of() : List.copyOf(columns);
    referencesColumns = referencesColumns == null ? List.of() : List.copyOf(referencesColumns);
    elements = elements == null ? List.of() : List.copyOf(elements);
  }

  ConstraintDefinition definition() {
    SqlPart.name(name);
    Kind kind = kind();
    return new ConstraintDefinition(
        name,
        kind,
        text(kind) + deferral(),
        columns,
        kind == Kind.FOREIGN_KEY
            ? new Reference(
                references, referencesColumns, action(onDelete), action(onUpdate), "SIMPLE")
            : null,
        nullsNotDistinct,
        deferrable,
        initiallyDeferred,
        true,
        null);
  }

  private Kind kind() {
    return switch (type == null ? "" : type.toLowerCase(Locale.ROOT)) {
      case "unique" -> Kind.UNIQUE;
      case "check" -> Kind.CHECK;
      case "foreign_key" -> Kind.FOREIGN_KEY;
      case "exclusion" -> Kind.EXCLUSION;
      case "primary_key" ->
          throw SqlPart.refused(
              "The primary key tells versioned rows apart and cannot be added or changed");
      default -> throw SqlPart.refused("Type is unique, check, foreign_key or exclusion");
    };
  }

  private String text(Kind kind) {
    return switch (kind) {
      case UNIQUE ->
          "UNIQUE "
              + (nullsNotDistinct ? "NULLS NOT DISTINCT " : "")
              + "("
              + SqlPart.names(columns)
              + ")";
      case CHECK -> "CHECK (" + SqlPart.expression(expression) + ")";
      case FOREIGN_KEY -> foreignKey();
      case EXCLUSION -> exclusion();
      case PRIMARY_KEY -> throw new IllegalStateException("refused before");
    };
  }

  private String foreignKey() {
    if (references == null) {
      throw SqlPart.refused("A foreign key names the table that it points to");
    }
    return "FOREIGN KEY ("
        + SqlPart.names(columns)
        + ") REFERENCES "
        + SqlPart.name(references.schema())
        + "."
        + SqlPart.name(references.name())
        + (referencesColumns.isEmpty() ? "" : "(" + SqlPart.names(referencesColumns) + ")")
        + (onUpdate == null ? "" : " ON UPDATE " + action(onUpdate))
        + (onDelete == null ? "" : " ON DELETE " + action(onDelete));
  }

  private String exclusion() {
    if (elements.isEmpty()) {
      throw SqlPart.refused("An exclusion constraint has elements");
    }
    StringBuilder text =
        new StringBuilder("EXCLUDE USING ")
            .append(SqlPart.name(method == null ? "gist" : method))
            .append(" (");
    String separator = "";
    for (Element element : elements) {
      if (element.operator() == null || !element.operator().matches("[-+*/<>=~!@#%^&|`?]{1,63}")) {
        throw SqlPart.refused("An element of an exclusion constraint has an operator");
      }
      text.append(separator)
          .append(SqlPart.expression(element.column()))
          .append(" WITH ")
          .append(element.operator());
      separator = ", ";
    }
    return text.append(")")
        .append(where == null ? "" : " WHERE (" + SqlPart.expression(where) + ")")
        .toString();
  }

  private String deferral() {
    return (deferrable || initiallyDeferred ? " DEFERRABLE" : "")
        + (initiallyDeferred ? " INITIALLY DEFERRED" : "");
  }

  private static String action(String action) {
    String name = action == null ? "NO ACTION" : action.toUpperCase(Locale.ROOT).replace('_', ' ');
    if (!ACTIONS.contains(name)) {
      throw SqlPart.refused(
          "An action is no action, restrict, cascade, set null or set default; not " + action);
    }
    return name;
  }
}
