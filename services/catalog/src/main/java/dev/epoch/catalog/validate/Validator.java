package dev.epoch.catalog.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.PropertyDef;
import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.model.RelationshipDef;
import dev.epoch.catalog.model.Selection;
import dev.epoch.catalog.model.ValueType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Compares instances with their classes. */
public final class Validator {
  private final CatalogContent content;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Report.Warning> warnings = new ArrayList<>();

  private Validator(CatalogContent content) {
    this.content = content;
  }

  /** All instances. */
  public static Report validate(CatalogContent content) {
    return validate(content, content.instances().values());
  }

  /** These instances. */
  public static Report validate(CatalogContent content, Collection<Instance> instances) {
    Validator validator = new Validator(content);
    instances.forEach(validator::look);
    return new Report(
        validator.problems, validator.warnings, instances.stream().map(Instance::id).toList());
  }

  /** What classes say about classes that are not there. */
  public static List<String> schemaProblems(CatalogContent content) {
    List<String> found = new ArrayList<>();
    for (ClassDef each : content.classes().values()) {
      for (RelationshipDef relationship : each.relationships()) {
        for (String target : relationship.targets()) {
          if (content.classOf(target).isEmpty()) {
            found.add(
                "Relationship '"
                    + relationship.name()
                    + "' of class '"
                    + each.name()
                    + "' leads to class '"
                    + target
                    + "', which does not exist");
          }
        }
      }
    }
    return found;
  }

  private void look(Instance instance) {
    Optional<ClassDef> of = content.classOf(instance);
    if (of.isEmpty()) {
      add(
          instance,
          Problem.Kind.CLASS_NOT_FOUND,
          "Class '" + instance.classId() + "' does not exist",
          null,
          instance.classId(),
          null);
      return;
    }
    ClassDef its = of.get();
    instance.properties().forEach((name, value) -> property(instance, its, name, value));
    for (PropertyDef definition : its.properties()) {
      if (definition.required() && isMissing(instance.properties().get(definition.name()))) {
        add(
            instance,
            Problem.Kind.MISSING_REQUIRED_PROPERTY,
            "Required property '" + definition.name() + "' is missing",
            definition.name(),
            definition.type().spelling(),
            null);
      }
    }
    instance
        .relationships()
        .forEach((name, selection) -> relationship(instance, its, name, selection));
  }

  private static boolean isMissing(PropertyValue value) {
    return switch (value) {
      case null -> true;
      case PropertyValue.Literal(JsonNode literal, _) -> literal.isNull();
      case PropertyValue.Conditional _ -> false;
    };
  }

  private void property(Instance instance, ClassDef its, String name, PropertyValue value) {
    Optional<PropertyDef> definition = its.property(name);
    if (definition.isEmpty()) {
      add(
          instance,
          Problem.Kind.UNDEFINED_PROPERTY,
          "Property '" + name + "' is not defined in class '" + its.name() + "'",
          name,
          null,
          null);
      return;
    }
    switch (value) {
      case PropertyValue.Literal(JsonNode literal, ValueType type) -> {
        if (type != definition.get().type() && !literal.isNull()) {
          add(
              instance,
              Problem.Kind.TYPE_MISMATCH,
              "Property '"
                  + name
                  + "' has type "
                  + type.spelling()
                  + ", class '"
                  + its.name()
                  + "' says "
                  + definition.get().type().spelling(),
              name,
              definition.get().type().spelling(),
              type.spelling());
        }
        if (!literal.isNull() && !type.holds(literal)) {
          add(
              instance,
              Problem.Kind.VALUE_TYPE_INCONSISTENCY,
              "Property '"
                  + name
                  + "' says that it is a "
                  + type.spelling()
                  + ", but its value is a "
                  + ValueType.of(literal).spelling(),
              name,
              type.spelling(),
              ValueType.of(literal).spelling());
        }
      }
      case PropertyValue.Conditional conditional -> {
        warnings.add(
            new Report.Warning(
                instance.id(),
                "ConditionalPropertySkipped",
                "Conditional property '" + name + "' was not type-checked",
                name));
        conditional.rules().stream()
            .flatMap(rule -> rule.all().stream())
            .distinct()
            .filter(relationship -> its.relationship(relationship).isEmpty())
            .forEach(relationship ->
                add(
                    instance,
                    Problem.Kind.RELATIONSHIP_ERROR,
                    "Conditional property '"
                        + name
                        + "' asks for relationship '"
                        + relationship
                        + "', which class '"
                        + its.name()
                        + "' does not have",
                    name,
                    null,
                    relationship));
      }
    }
  }

  private void relationship(Instance instance, ClassDef its, String name, Selection selection) {
    Optional<RelationshipDef> definition = its.relationship(name);
    if (definition.isEmpty()) {
      relationshipError(
          instance,
          "Relationship '" + name + "' is not defined in class '" + its.name() + "'",
          name,
          null,
          null);
      return;
    }
    RelationshipDef known = definition.get();
    if (!known.selection().allows(selection)) {
      relationshipError(
          instance,
          "Relationship '" + name + "' may not be selected this way",
          name,
          known.selection().spelling(),
          selection.getClass().getSimpleName());
    }
    if (selection instanceof Selection.Ids(List<String> ids, _)) {
      ids.forEach(id -> target(instance, known, id));
      quantity(instance, known, ids);
    }
  }

  private void target(Instance instance, RelationshipDef relationship, String id) {
    Optional<Instance> found = content.instance(id);
    if (found.isEmpty()) {
      relationshipError(
          instance,
          "Relationship '" + relationship.name() + "' leads to '" + id + "', which does not exist",
          relationship.name(),
          null,
          id);
      return;
    }
    boolean isOfTarget =
        relationship.targets().isEmpty()
            || relationship.targets().stream()
                .flatMap(target -> content.classOf(target).stream())
                .anyMatch(target ->
                    content
                        .classOf(found.get())
                        .filter(of -> of.id().equals(target.id()))
                        .isPresent());
    if (!isOfTarget) {
      relationshipError(
          instance,
          "Relationship '"
              + relationship.name()
              + "' leads to '"
              + id
              + "', which is of class '"
              + found.get().classId()
              + "'",
          relationship.name(),
          String.join(", ", relationship.targets()),
          found.get().classId());
    }
  }

  /** A configuration may have several copies of one instance. */
  private void quantity(Instance instance, RelationshipDef relationship, List<String> ids) {
    long most = 0;
    for (String id : ids) {
      most += content.instance(id).map(found -> content.domain(found).upper()).orElse(1L);
    }
    long fewest = relationship.quantifier().least();
    if (most < fewest || ids.size() > relationship.quantifier().most()) {
      warnings.add(
          new Report.Warning(
              instance.id(),
              "QuantifierNotSatisfied",
              "Relationship '"
                  + relationship.name()
                  + "' selects "
                  + ids.size()
                  + " instance(s), "
                  + relationship.quantifier()
                  + " is asked for",
              relationship.name()));
    }
  }

  private void relationshipError(
      Instance instance, String message, String name, String expected, String actual) {
    add(instance, Problem.Kind.RELATIONSHIP_ERROR, message, name, expected, actual);
  }

  private void add(
      Instance instance,
      Problem.Kind kind,
      String message,
      String property,
      String expected,
      String actual) {
    problems.add(new Problem(instance.id(), kind, message, property, expected, actual));
  }
}
