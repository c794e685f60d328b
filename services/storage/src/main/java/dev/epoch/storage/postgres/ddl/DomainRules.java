package dev.epoch.storage.postgres.ddl;

import dev.epoch.events.table.DataType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.ObjectName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Domains as commits have them, which is how {@code CREATE DOMAIN} takes them, in the canonical
 * form.
 */
final class DomainRules {
  private static final Pattern CHECK =
      Pattern.compile(
          "CONSTRAINT (?:\"(?<quoted>(?:[^\"]|\"\")+)\"|(?<plain>\\S+)) (?<check>CHECK .*)",
          Pattern.DOTALL);

  /** Casts, parentheses and white space: what PostgreSQL prints in one way or another. */
  private static final Pattern BESIDE =
      Pattern.compile(
          "::[\\w.\"]+(?: varying| precision| with(?:out)? time zone)?(?:\\[\\])?|[\\s()]");

  private static final String DEFAULT = "DEFAULT ";
  private static final String COLLATE = "COLLATE ";

  private DomainRules() {}

  /**
   * The domain that a type is.
   *
   * @param type with rules
   */
  static DomainType domain(ObjectName name, DataType type) {
    String defaultExpression = null;
    String collation = null;
    boolean nullable = true;
    List<ConstraintDefinition> checks = new ArrayList<>();
    for (String rule : type.rules()) {
      Matcher check = CHECK.matcher(rule);
      if (check.matches()) {
        String quoted = check.group("quoted");
        checks.add(
            check(
                quoted == null ? check.group("plain") : quoted.replace("\"\"", "\""),
                check.group("check")));
      } else if (rule.startsWith(DEFAULT)) {
        defaultExpression = rule.substring(DEFAULT.length());
      } else if (rule.startsWith(COLLATE)) {
        collation = rule.substring(COLLATE.length());
      } else {
        nullable = nullable && !rule.equals("NOT NULL");
      }
    }
    return new DomainType(
        name,
        type.element().name(),
        nullable,
        defaultExpression,
        checks,
        collation,
        null,
        List.of(),
        Set.of());
  }

  /** Whether two domains take the same values; the database prints some texts in two ways. */
  static boolean same(DomainType one, DomainType other) {
    return one.baseType().equals(other.baseType())
        && one.nullable() == other.nullable()
        && text(one.defaultExpression()).equals(text(other.defaultExpression()))
        && checks(one).equals(checks(other));
  }

  private static Map<String, String> checks(DomainType domain) {
    Map<String, String> checks = new HashMap<>();
    domain.constraints().forEach(check -> checks.put(check.name(), text(check.definition())));
    return checks;
  }

  private static String text(String printed) {
    return printed == null ? "" : BESIDE.matcher(printed).replaceAll("");
  }

  private static ConstraintDefinition check(String name, String definition) {
    return new ConstraintDefinition(
        name,
        ConstraintDefinition.Kind.CHECK,
        definition,
        List.of(),
        null,
        false,
        false,
        false,
        true,
        null);
  }
}
