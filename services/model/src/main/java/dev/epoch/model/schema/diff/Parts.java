package dev.epoch.model.schema.diff;

import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The parts of two objects of the same id that differ. */
final class Parts {
  private final List<PartChange> changes = new ArrayList<>();

  private Parts() {}

  /** None if they differ in nothing but the order of columns. */
  static List<PartChange> between(SchemaObject before, SchemaObject after) {
    Parts parts = new Parts();
    switch (before) {
      case TableDefinition old -> parts.table(old, (TableDefinition) after);
      case ViewDefinition old -> parts.view(old, (ViewDefinition) after);
      case EnumType old -> parts.enumeration(old, (EnumType) after);
      case DomainType old -> parts.domain(old, (DomainType) after);
      case CompositeType old -> parts.composite(old, (CompositeType) after);
      case RangeType old ->
          parts.fact(Fact.DEFINITION, old.definition(), ((RangeType) after).definition());
      case SequenceDefinition old -> parts.sequence(old, (SequenceDefinition) after);
      case FunctionDefinition old -> parts.function(old, (FunctionDefinition) after);
      case Extension old -> parts.extension(old, (Extension) after);
    }
    parts.named(before.privileges(), after.privileges(), Parts::grant, PartChange.OfPrivilege::new);
    if (!Objects.equals(before.comment(), after.comment())) {
      parts.changes.add(new PartChange.OfComment(before.comment(), after.comment()));
    }
    return parts.changes;
  }

  private void table(TableDefinition before, TableDefinition after) {
    changes.addAll(ColumnMatch.changes(before.columns(), after.columns()));
    constraints(before.constraints(), after.constraints());
    indexes(before.indexes(), after.indexes());
    triggers(before.triggers(), after.triggers());
    named(before.policies(), after.policies(), PolicyDefinition::name, PartChange.OfPolicy::new);
    fact(Fact.ROW_SECURITY, before.rowSecurity(), after.rowSecurity());
    fact(Fact.PARTITIONING, before.partitioning(), after.partitioning());
    fact(Fact.PARTITION_OF, before.partitionOf(), after.partitionOf());
    fact(Fact.UNLOGGED, before.unlogged(), after.unlogged());
    fact(Fact.STORAGE_PARAMETERS, before.storageParameters(), after.storageParameters());
  }

  private void view(ViewDefinition before, ViewDefinition after) {
    fact(Fact.QUERY, before.query(), after.query());
    fact(Fact.COLUMNS, before.columns(), after.columns());
    fact(Fact.OPTIONS, before.options(), after.options());
    indexes(before.indexes(), after.indexes());
    triggers(before.triggers(), after.triggers());
  }

  private void enumeration(EnumType before, EnumType after) {
    named(before.labels(), after.labels(), Function.identity(), PartChange.OfLabel::new);
    List<String> old = before.labels().stream().filter(after.labels()::contains).toList();
    List<String> now = after.labels().stream().filter(before.labels()::contains).toList();
    if (!old.equals(now)) {
      changes.add(new PartChange.OfLabelOrder(old, now));
    }
  }

  private void domain(DomainType before, DomainType after) {
    fact(Fact.BASE_TYPE, before.baseType(), after.baseType());
    fact(Fact.COLLATION, before.collation(), after.collation());
    fact(Fact.NULLABLE, before.nullable(), after.nullable());
    fact(Fact.DEFAULT, before.defaultExpression(), after.defaultExpression());
    constraints(before.constraints(), after.constraints());
  }

  private void composite(CompositeType before, CompositeType after) {
    named(
        before.attributes(),
        after.attributes(),
        CompositeType.Attribute::name,
        PartChange.OfAttribute::new);
    List<String> old = names(before);
    List<String> now = names(after);
    fact(
        Fact.ATTRIBUTE_ORDER,
        old.stream().filter(now::contains).toList(),
        now.stream().filter(old::contains).toList());
  }

  private static List<String> names(CompositeType type) {
    return type.attributes().stream().map(CompositeType.Attribute::name).toList();
  }

  private void sequence(SequenceDefinition before, SequenceDefinition after) {
    fact(Fact.TYPE, before.type(), after.type());
    fact(Fact.SEQUENCE_OPTIONS, before.options(), after.options());
    fact(Fact.OWNED_BY, before.ownedBy(), after.ownedBy());
  }

  private void function(FunctionDefinition before, FunctionDefinition after) {
    fact(Fact.ROUTINE, before.routine(), after.routine());
    fact(Fact.RETURNS, before.returns(), after.returns());
    fact(Fact.DEFINITION, before.definition(), after.definition());
  }

  private void extension(Extension before, Extension after) {
    fact(Fact.VERSION, before.version(), after.version());
    fact(Fact.INSTALLED_IN, before.installedIn(), after.installedIn());
  }

  private void constraints(List<ConstraintDefinition> before, List<ConstraintDefinition> after) {
    named(before, after, ConstraintDefinition::name, PartChange.OfConstraint::new);
  }

  private void indexes(List<IndexDefinition> before, List<IndexDefinition> after) {
    named(before, after, IndexDefinition::name, PartChange.OfIndex::new);
  }

  private void triggers(List<TriggerDefinition> before, List<TriggerDefinition> after) {
    named(before, after, TriggerDefinition::name, PartChange.OfTrigger::new);
  }

  private void fact(Fact fact, Object before, Object after) {
    if (!Objects.equals(before, after)) {
      changes.add(new PartChange.OfFact(fact, before, after));
    }
  }

  private <T> void named(
      Collection<T> before,
      Collection<T> after,
      Function<T, String> name,
      BiFunction<T, T, PartChange> change) {
    if (before.equals(after)) {
      return;
    }
    Map<String, T> old = byName(before, name);
    Map<String, T> now = byName(after, name);
    Map<String, T> all = new TreeMap<>(old);
    all.putAll(now);
    for (String each : all.keySet()) {
      T was = old.get(each);
      T is = now.get(each);
      if (!Objects.equals(was, is)) {
        changes.add(change.apply(was, is));
      }
    }
  }

  private static <T> Map<String, T> byName(Collection<T> parts, Function<T, String> name) {
    Map<String, T> map = new TreeMap<>();
    parts.forEach(part -> map.put(name.apply(part), part));
    return map;
  }

  private static String grant(Privilege privilege) {
    return privilege.role()
        + '\0'
        + privilege.privilege()
        + '\0'
        + String.join("\0", privilege.columns());
  }
}
