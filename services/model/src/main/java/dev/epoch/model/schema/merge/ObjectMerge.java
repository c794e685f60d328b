package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.merge.ThreeWay.Place;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Merges an object that both sides have in different versions, fact by fact. */
final class ObjectMerge {
  private final ThreeWay merge;
  private final PartMerge parts;
  private final ColumnMerge columns;

  ObjectMerge(ObjectId object, Decisions decisions) {
    this.merge = new ThreeWay(object, decisions);
    this.parts = new PartMerge(merge);
    this.columns = new ColumnMerge(merge);
  }

  ThreeWay merge() {
    return merge;
  }

  ColumnMerge columns() {
    return columns;
  }

  /** One kind; {@code base} is null where both sides have added it. */
  SchemaObject both(SchemaObject base, SchemaObject ours, SchemaObject theirs) {
    return switch (ours) {
      case EnumType type -> type((EnumType) base, type, (EnumType) theirs);
      case DomainType type -> type((DomainType) base, type, (DomainType) theirs);
      case CompositeType type -> type((CompositeType) base, type, (CompositeType) theirs);
      case RangeType type -> type((RangeType) base, type, (RangeType) theirs);
      case Extension extension -> whole(base, extension, theirs);
      case SequenceDefinition sequence ->
          sequence((SequenceDefinition) base, sequence, (SequenceDefinition) theirs);
      case FunctionDefinition function ->
          function((FunctionDefinition) base, function, (FunctionDefinition) theirs);
      case TableDefinition table -> table((TableDefinition) base, table, (TableDefinition) theirs);
      case ViewDefinition view -> view((ViewDefinition) base, view, (ViewDefinition) theirs);
    };
  }

  private <T> T whole(T base, T ours, T theirs) {
    return merge.value(Place.OBJECT, base, ours, theirs);
  }

  private static <T, F> F fact(T base, Function<T, F> fact, F absent) {
    return base == null ? absent : fact.apply(base);
  }

  private <T, F> F fact(String name, T base, T ours, T theirs, Function<T, F> fact) {
    return merge.value(
        Place.OBJECT.of(name), fact(base, fact, null), fact.apply(ours), fact.apply(theirs));
  }

  private <T> String text(String name, T base, T ours, T theirs, Function<T, String> fact) {
    return merge.text(
        Place.OBJECT.of(name), fact(base, fact, null), fact.apply(ours), fact.apply(theirs));
  }

  private String comment(SchemaObject base, SchemaObject ours, SchemaObject theirs) {
    return text("comment", base, ours, theirs, SchemaObject::comment);
  }

  private static List<Privilege> privileges(
      SchemaObject base, SchemaObject ours, SchemaObject theirs) {
    return List.copyOf(
        ThreeWay.set(
            fact(base, SchemaObject::privileges, List.<Privilege>of()),
            ours.privileges(),
            theirs.privileges()));
  }

  private static Set<ObjectId> dependsOn(
      SchemaObject base, SchemaObject ours, SchemaObject theirs) {
    return ThreeWay.set(
        fact(base, SchemaObject::dependsOn, Set.<ObjectId>of()),
        ours.dependsOn(),
        theirs.dependsOn());
  }

  private EnumType type(EnumType base, EnumType ours, EnumType theirs) {
    List<String> before = fact(base, EnumType::labels, null);
    List<String> labels =
        Objects.equals(before, theirs.labels())
            ? ours.labels()
            : Objects.equals(before, ours.labels())
                ? theirs.labels()
                : before == null
                    ? labels(base, ours, theirs)
                    : EnumLabels.merged(before, ours.labels(), theirs.labels())
                        .orElseGet(() -> labels(base, ours, theirs));
    return new EnumType(
        ours.name(), labels, comment(base, ours, theirs), privileges(base, ours, theirs));
  }

  private List<String> labels(EnumType base, EnumType ours, EnumType theirs) {
    if (ours.labels().equals(theirs.labels())) {
      return ours.labels();
    }
    return merge
        .conflict(
            SchemaConflictType.SCHEMA_SCHEMA,
            Place.OBJECT.of("labels"),
            base,
            ours,
            theirs,
            () ->
                EnumLabels.union(ours.labels(), theirs.labels())
                    .map(all -> new EnumType(ours.name(), all, null, List.of())),
            _ -> Optional.empty())
        .labels();
  }

  private DomainType type(DomainType base, DomainType ours, DomainType theirs) {
    return new DomainType(
        ours.name(),
        merge.type(
            Place.OBJECT.of("type"),
            fact(base, DomainType::baseType, null),
            ours.baseType(),
            theirs.baseType()),
        fact("nullable", base, ours, theirs, DomainType::nullable),
        text("default", base, ours, theirs, DomainType::defaultExpression),
        parts.constraints(
            fact(base, DomainType::constraints, List.of()),
            ours.constraints(),
            theirs.constraints()),
        text("collation", base, ours, theirs, DomainType::collation),
        comment(base, ours, theirs),
        privileges(base, ours, theirs),
        dependsOn(base, ours, theirs));
  }

  private CompositeType type(CompositeType base, CompositeType ours, CompositeType theirs) {
    List<CompositeType.Attribute> attributes =
        merge.parts(
            fact(base, CompositeType::attributes, List.of()),
            ours.attributes(),
            theirs.attributes(),
            CompositeType.Attribute::name,
            attribute -> new Place(SchemaConflict.Part.COLUMN, attribute.name(), ""),
            place ->
                (before, left, right) ->
                    new CompositeType.Attribute(
                        left.name(),
                        merge.type(
                            place.of("type"),
                            fact(before, CompositeType.Attribute::type, null),
                            left.type(),
                            right.type()),
                        merge.text(
                            place.of("collation"),
                            fact(before, CompositeType.Attribute::collation, null),
                            left.collation(),
                            right.collation())));
    return new CompositeType(
        ours.name(),
        attributes,
        comment(base, ours, theirs),
        privileges(base, ours, theirs),
        dependsOn(base, ours, theirs));
  }

  private RangeType type(RangeType base, RangeType ours, RangeType theirs) {
    return new RangeType(
        ours.name(),
        text("definition", base, ours, theirs, RangeType::definition),
        comment(base, ours, theirs),
        privileges(base, ours, theirs),
        dependsOn(base, ours, theirs));
  }

  private SequenceDefinition sequence(
      SequenceDefinition base, SequenceDefinition ours, SequenceDefinition theirs) {
    return new SequenceDefinition(
        ours.name(),
        merge.type(
            Place.OBJECT.of("type"),
            fact(base, SequenceDefinition::type, null),
            ours.type(),
            theirs.type()),
        fact("options", base, ours, theirs, SequenceDefinition::options),
        text("owned by", base, ours, theirs, SequenceDefinition::ownedBy),
        comment(base, ours, theirs),
        privileges(base, ours, theirs));
  }

  private FunctionDefinition function(
      FunctionDefinition base, FunctionDefinition ours, FunctionDefinition theirs) {
    return new FunctionDefinition(
        ours.name(),
        fact("kind", base, ours, theirs, FunctionDefinition::routine),
        text("definition", base, ours, theirs, FunctionDefinition::definition),
        merge.type(
            Place.OBJECT.of("type"),
            fact(base, FunctionDefinition::returns, null),
            ours.returns(),
            theirs.returns()),
        comment(base, ours, theirs),
        privileges(base, ours, theirs),
        dependsOn(base, ours, theirs));
  }

  private ViewDefinition view(ViewDefinition base, ViewDefinition ours, ViewDefinition theirs) {
    String query = text("query", base, ours, theirs, ViewDefinition::query);
    return new ViewDefinition(
        ours.name(),
        ours.materialized(),
        // the columns are those of the query
        query.equals(ours.query()) ? ours.columns() : theirs.columns(),
        query,
        merge.map(
            Place.OBJECT,
            fact(base, ViewDefinition::options, Map.of()),
            ours.options(),
            theirs.options()),
        parts.indexes(
            fact(base, ViewDefinition::indexes, List.of()), ours.indexes(), theirs.indexes()),
        parts.triggers(
            fact(base, ViewDefinition::triggers, List.of()), ours.triggers(), theirs.triggers()),
        comment(base, ours, theirs),
        privileges(base, ours, theirs),
        dependsOn(base, ours, theirs));
  }

  private TableDefinition table(
      TableDefinition base, TableDefinition ours, TableDefinition theirs) {
    return new TableDefinition(
        ours.name(),
        columns.columns(
            fact(base, TableDefinition::columns, List.of()), ours.columns(), theirs.columns()),
        parts.constraints(
            fact(base, TableDefinition::constraints, List.of()),
            ours.constraints(),
            theirs.constraints()),
        parts.indexes(
            fact(base, TableDefinition::indexes, List.of()), ours.indexes(), theirs.indexes()),
        parts.triggers(
            fact(base, TableDefinition::triggers, List.of()), ours.triggers(), theirs.triggers()),
        parts.policies(
            fact(base, TableDefinition::policies, List.of()), ours.policies(), theirs.policies()),
        fact("row security", base, ours, theirs, TableDefinition::rowSecurity),
        text("partitioning", base, ours, theirs, TableDefinition::partitioning),
        fact("partition of", base, ours, theirs, TableDefinition::partitionOf),
        fact("unlogged", base, ours, theirs, TableDefinition::unlogged),
        merge.map(
            Place.OBJECT,
            fact(base, TableDefinition::storageParameters, Map.of()),
            ours.storageParameters(),
            theirs.storageParameters()),
        comment(base, ours, theirs),
        privileges(base, ours, theirs),
        dependsOn(base, ours, theirs));
  }
}
