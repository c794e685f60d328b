package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.List;
import java.util.Objects;

/** Comments and privileges. */
final class Facts {
  private final Plan plan;

  Facts(Plan plan) {
    this.plan = plan;
  }

  /** All that an object has which is new. */
  void created(SchemaObject object) {
    comment(
        Step.COMMENTS,
        object,
        "",
        ObjectDdl.keyword(object) + " " + ObjectDdl.named(object.id()),
        null,
        object.comment());
    if (object instanceof DomainType domain) {
      domain.constraints().forEach(check -> domainCheck(domain, null, check));
    }
    List<Privilege> given = given(object);
    given.stream()
        .filter(privilege -> !object.privileges().contains(privilege))
        .forEach(privilege -> grant(object, privilege, null));
    object.privileges().stream()
        .filter(privilege -> !given.contains(privilege))
        .forEach(privilege -> grant(object, null, privilege));
  }

  /** What differs of an object that stays. */
  void changed(ObjectChange.Modified change) {
    SchemaObject object = change.after();
    change
        .parts(PartChange.OfComment.class)
        .forEach(part ->
            comment(
                Step.COMMENTS,
                object,
                "",
                ObjectDdl.keyword(object) + " " + ObjectDdl.named(object.id()),
                part.before(),
                part.after()));
    if (object instanceof DomainType domain) {
      change.parts(PartChange.OfConstraint.class).stream()
          .filter(part -> part.after() != null)
          .forEach(part -> domainCheck(domain, null, part.after()));
    }
    change
        .parts(PartChange.OfPrivilege.class)
        .forEach(part -> grant(object, part.before(), part.after()));
  }

  private void domainCheck(DomainType domain, String before, ConstraintDefinition check) {
    comment(
        Step.COMMENTS,
        domain,
        check.name(),
        "CONSTRAINT " + Names.quote(check.name()) + " ON DOMAIN " + Names.of(domain.name()),
        before,
        check.comment());
  }

  void comment(
      Step step, SchemaObject object, String part, String what, String before, String after) {
    if (!Objects.equals(before, after)) {
      plan.change(
          step,
          statement(
              step,
              object.id(),
              part,
              "COMMENT ON " + what + " IS " + (after == null ? "NULL" : Names.literal(after))));
    }
  }

  /** What PostgreSQL gives to everybody with a new object. */
  private static List<Privilege> given(SchemaObject object) {
    return switch (ObjectDdl.keyword(object)) {
      case "TYPE", "DOMAIN" -> List.of(new Privilege("PUBLIC", "USAGE", List.of(), false));
      case "FUNCTION", "PROCEDURE", "AGGREGATE" ->
          List.of(new Privilege("PUBLIC", "EXECUTE", List.of(), false));
      default -> List.of();
    };
  }

  private void grant(SchemaObject object, Privilege before, Privilege after) {
    Privilege privilege = after == null ? before : after;
    String columns =
        privilege.columns().isEmpty() ? "" : " (" + Names.list(privilege.columns()) + ")";
    String what = privilege.privilege() + columns + " ON " + target(object);
    String role = Names.role(privilege.role());
    String part = new PartChange.OfPrivilege(before, after).name();
    String sql;
    if (after == null) {
      sql = "REVOKE " + what + " FROM " + role;
    } else if (before != null && before.grantable() && !after.grantable()) {
      sql = "REVOKE GRANT OPTION FOR " + what + " FROM " + role;
    } else {
      sql = "GRANT " + what + " TO " + role + (after.grantable() ? " WITH GRANT OPTION" : "");
    }
    plan.change(Step.PRIVILEGES, statement(Step.PRIVILEGES, object.id(), part, sql));
  }

  private static String target(SchemaObject object) {
    String name = ObjectDdl.named(object.id());
    return switch (object) {
      case FunctionDefinition function ->
          (function.routine() == FunctionDefinition.Routine.PROCEDURE ? "PROCEDURE " : "FUNCTION ")
              + name;
      case TableDefinition table -> "TABLE " + name;
      default ->
          switch (ObjectDdl.keyword(object)) {
            case "SEQUENCE" -> "SEQUENCE " + name;
            case "TYPE" -> "TYPE " + name;
            case "DOMAIN" -> "DOMAIN " + name;
            default -> "TABLE " + name;
          };
    };
  }

  private static Statement statement(Step step, ObjectId object, String part, String sql) {
    return new Statement(sql, step, object, part, false, List.of());
  }
}
