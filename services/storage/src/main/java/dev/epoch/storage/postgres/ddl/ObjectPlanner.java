package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.diff.Fact;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.PartChange;
import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.model.schema.migration.Risk;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.migration.Step;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Statements for objects as wholes, and for all that tables do not have. */
final class ObjectPlanner {
  private static final String ASIDE = "__former";

  private final Plan plan;
  private final Facts facts;

  ObjectPlanner(Plan plan) {
    this.plan = plan;
    this.facts = new Facts(plan);
  }

  void plan() {
    for (SchemaObject object : plan.before.objects().values()) {
      if (plan.drops(object)
          && !(object instanceof TableDefinition)
          && !plan.affected.displaced.containsKey(object.id())) {
        drop(object);
      }
    }
    for (SchemaObject object : plan.after.objects().values()) {
      if (plan.affected.swapped.contains(object.id())) {
        swap(plan.before.objects().get(object.id()), object);
      } else if (plan.affected.displaced.containsValue(object.id())) {
        plan.affected.displaced.forEach((gone, fresh) -> {
          if (fresh.equals(object.id())) {
            swap(plan.before.objects().get(gone), object);
          }
        });
        facts.created(object);
      } else if (plan.creates(object) && !(object instanceof TableDefinition)) {
        create(object);
      }
    }
    for (ObjectChange.Modified change : plan.difference.of(ObjectChange.Modified.class)) {
      if (!plan.affected.replaced.contains(change.id())
          && !plan.affected.swapped.contains(change.id())) {
        alter(change);
        facts.changed(change);
      }
    }
    plan.affected.swapped.forEach(id -> facts.created(plan.after.objects().get(id)));
  }

  private void drop(SchemaObject object) {
    if (object instanceof SequenceDefinition sequence && goesWithItsOwner(sequence)) {
      return;
    }
    Step step =
        switch (object) {
          case ViewDefinition view -> Step.DROP_VIEWS;
          case FunctionDefinition function ->
              plan.creates(object) ? Step.DROP_ROUTINES : Step.DROP_REST;
          case TableDefinition table -> Step.DROP_TABLES;
          case EnumType type -> Step.DROP_REST;
          case DomainType type -> Step.DROP_REST;
          case CompositeType type -> Step.DROP_REST;
          case RangeType type -> Step.DROP_REST;
          case SequenceDefinition sequence -> Step.DROP_REST;
          case Extension extension -> Step.DROP_REST;
        };
    List<Hazard> hazards =
        plan.creates(object)
            ? List.of()
            : List.of(
                new Hazard(
                    Hazard.Kind.REMOVAL,
                    step == Step.DROP_REST && !(object instanceof FunctionDefinition)
                        ? Risk.MEDIUM
                        : Risk.LOW,
                    "DROP " + ObjectDdl.keyword(object),
                    object.name().toString(),
                    object.kind().label() + " removed"));
    plan.drop(step, statement(step, object.id(), ObjectDdl.drop(object), hazards));
  }

  /** PostgreSQL drops a sequence with the column that owns it. */
  private boolean goesWithItsOwner(SequenceDefinition sequence) {
    if (sequence.ownedBy() == null) {
      return false;
    }
    int last = sequence.ownedBy().lastIndexOf('.');
    int first = sequence.ownedBy().indexOf('.');
    ObjectName table =
        new ObjectName(
            sequence.ownedBy().substring(0, first), sequence.ownedBy().substring(first + 1, last));
    TableDefinition owner = plan.before.table(table).orElse(null);
    return owner != null
        && (plan.drops(owner)
            || plan.affected.of(table).dropped.contains(sequence.ownedBy().substring(last + 1)));
  }

  private void create(SchemaObject object) {
    Step step =
        switch (object) {
          case Extension extension -> Step.EXTENSIONS;
          case EnumType type -> Step.TYPES;
          case DomainType type -> Step.TYPES;
          case CompositeType type -> Step.TYPES;
          case RangeType type -> Step.TYPES;
          case SequenceDefinition sequence -> Step.SEQUENCES;
          case FunctionDefinition function -> Step.ROUTINES;
          case TableDefinition table -> Step.TABLES;
          case ViewDefinition view -> Step.VIEWS;
        };
    plan.create(step, statement(step, object.id(), ObjectDdl.create(object), List.of()));
    if (object instanceof SequenceDefinition sequence && sequence.ownedBy() != null) {
      own(sequence);
    }
    if (object instanceof ViewDefinition view) {
      view.indexes().forEach(index -> index(view, index));
      view.triggers().forEach(trigger -> trigger(view, trigger));
    }
    facts.created(object);
  }

  /** The former type keeps its columns under another name until they have the new one. */
  private void swap(SchemaObject former, SchemaObject object) {
    if (former instanceof RangeType) {
      // its functions belong to the database and cannot be renamed: columns are texts meanwhile
      plan.create(
          Step.TYPES,
          statement(
              Step.TYPES,
              object.id(),
              "DROP " + ObjectDdl.keyword(former) + " " + Names.of(former.name()),
              List.of()),
          statement(Step.TYPES, object.id(), ObjectDdl.create(object), List.of()));
      return;
    }
    List<Statement> statements = new ArrayList<>();
    String aside = former.name().name() + ASIDE;
    String kind = ObjectDdl.keyword(former);
    statements.add(
        statement(
            Step.TYPES,
            object.id(),
            "ALTER " + kind + " " + Names.of(former.name()) + " RENAME TO " + Names.quote(aside),
            List.of(
                new Hazard(
                    Hazard.Kind.MAY_FAIL,
                    Risk.MEDIUM,
                    "ALTER TYPE",
                    object.name().toString(),
                    lost(former, object) + "; columns of the type are written again"))));
    statements.add(statement(Step.TYPES, object.id(), ObjectDdl.create(object), List.of()));
    plan.create(Step.TYPES, statements.toArray(Statement[]::new));
    plan.finish(
        Step.DROP_REST,
        statement(
            Step.DROP_REST,
            former.id(),
            "DROP " + kind + " " + Names.of(new ObjectName(former.name().schema(), aside)),
            List.of()));
  }

  private static String lost(SchemaObject former, SchemaObject object) {
    if (former instanceof EnumType before && object instanceof EnumType type) {
      List<String> gone =
          before.labels().stream().filter(label -> !type.labels().contains(label)).toList();
      return gone.isEmpty()
          ? "values stand in another order"
          : "rows may use removed values: " + String.join(", ", gone);
    }
    return "values may not fit";
  }

  private void alter(ObjectChange.Modified change) {
    switch (change.after()) {
      case EnumType type -> labels(change, type);
      case DomainType domain -> domain(change, domain);
      case CompositeType type -> attributes((CompositeType) change.before(), type);
      case SequenceDefinition sequence -> sequence(change, sequence);
      case FunctionDefinition function -> {
        if (!change.parts(PartChange.OfFact.class).isEmpty()) {
          plan.create(
              Step.ROUTINES,
              statement(Step.ROUTINES, function.id(), ObjectDdl.create(function), List.of()));
        }
      }
      case ViewDefinition view -> view(change, view);
      case Extension extension -> extension(change, extension);
      case RangeType range -> {}
      case TableDefinition table -> {}
    }
  }

  private void labels(ObjectChange.Modified change, EnumType type) {
    List<String> labels = type.labels();
    List<Statement> statements = new ArrayList<>();
    List<String> there = new ArrayList<>(((EnumType) change.before()).labels());
    for (int i = 0; i < labels.size(); i++) {
      String label = labels.get(i);
      if (there.contains(label)) {
        continue;
      }
      String place =
          i == 0
              ? there.isEmpty() ? "" : " BEFORE " + Names.literal(there.getFirst())
              : i == there.size() ? "" : " AFTER " + Names.literal(labels.get(i - 1));
      there.add(i, label);
      statements.add(
          new Statement(
              "ALTER TYPE " + Names.of(type.name()) + " ADD VALUE " + Names.literal(label) + place,
              Step.LABELS,
              type.id(),
              label,
              true,
              List.of()));
    }
    if (!statements.isEmpty()) {
      plan.create(Step.LABELS, statements.toArray(Statement[]::new));
    }
  }

  private void domain(ObjectChange.Modified change, DomainType domain) {
    String alter = "ALTER DOMAIN " + Names.of(domain.name()) + " ";
    for (PartChange.OfConstraint part : change.parts(PartChange.OfConstraint.class)) {
      if (part.before() != null) {
        plan.remove(
            Step.DROP_CONSTRAINTS,
            statement(
                Step.DROP_CONSTRAINTS,
                domain.id(),
                part.name(),
                alter + "DROP CONSTRAINT IF EXISTS " + Names.quote(part.name()),
                List.of()));
      }
      if (part.after() != null) {
        plan.change(Step.TYPES, addCheck(domain, part.after()));
      }
    }
    for (PartChange.OfFact part : change.parts(PartChange.OfFact.class)) {
      switch (part.fact()) {
        case DEFAULT ->
            plan.change(
                Step.TYPES,
                statement(
                    Step.TYPES,
                    domain.id(),
                    part.name(),
                    alter
                        + (domain.defaultExpression() == null
                            ? "DROP DEFAULT"
                            : "SET DEFAULT " + domain.defaultExpression()),
                    List.of()));
        case NULLABLE ->
            plan.change(
                Step.TYPES,
                statement(
                    Step.TYPES,
                    domain.id(),
                    part.name(),
                    alter + (domain.nullable() ? "DROP NOT NULL" : "SET NOT NULL"),
                    domain.nullable()
                        ? List.of()
                        : List.of(
                            new Hazard(
                                Hazard.Kind.MAY_FAIL,
                                Risk.MEDIUM,
                                "SET NOT NULL",
                                domain.name().toString(),
                                "rows may have nulls"))));
        default -> throw new IllegalStateException(part.fact() + " of a domain that stays");
      }
    }
  }

  private static Statement addCheck(DomainType domain, ConstraintDefinition check) {
    return statement(
        Step.TYPES,
        domain.id(),
        check.name(),
        "ALTER DOMAIN "
            + Names.of(domain.name())
            + " ADD CONSTRAINT "
            + Names.quote(check.name())
            + " "
            + TableDdl.definition(check),
        List.of(
            new Hazard(
                Hazard.Kind.MAY_FAIL,
                Risk.LOW,
                "ADD CONSTRAINT",
                domain.name() + "." + check.name(),
                "rows may violate it")));
  }

  private void attributes(CompositeType before, CompositeType after) {
    List<String> changes = new ArrayList<>();
    for (CompositeType.Attribute attribute : before.attributes()) {
      if (!after.attributes().contains(attribute)) {
        changes.add("DROP ATTRIBUTE " + Names.quote(attribute.name()));
      }
    }
    for (CompositeType.Attribute attribute : after.attributes()) {
      if (!before.attributes().contains(attribute)) {
        changes.add("ADD ATTRIBUTE " + ObjectDdl.attribute(attribute));
      }
    }
    if (!changes.isEmpty()) {
      plan.create(
          Step.TYPES,
          statement(
              Step.TYPES,
              after.id(),
              "ALTER TYPE " + Names.of(after.name()) + " " + String.join(", ", changes),
              List.of()));
    }
  }

  private void sequence(ObjectChange.Modified change, SequenceDefinition sequence) {
    for (PartChange.OfFact part : change.parts(PartChange.OfFact.class)) {
      if (part.fact() == Fact.OWNED_BY && part.before() != null) {
        plan.remove(
            Step.DETACH,
            statement(
                Step.DETACH,
                sequence.id(),
                part.name(),
                "ALTER SEQUENCE " + Names.of(sequence.name()) + " OWNED BY NONE",
                List.of()));
      }
      if (part.fact() == Fact.OWNED_BY && sequence.ownedBy() != null) {
        own(sequence);
      }
    }
    SequenceDefinition before = (SequenceDefinition) change.before();
    if (!before.type().equals(sequence.type()) || !before.options().equals(sequence.options())) {
      plan.create(
          Step.SEQUENCES,
          statement(
              Step.SEQUENCES,
              sequence.id(),
              Fact.SEQUENCE_OPTIONS.label(),
              "ALTER SEQUENCE "
                  + Names.of(sequence.name())
                  + " AS "
                  + sequence.type()
                  + " "
                  + ObjectDdl.options(sequence.options()),
              List.of()));
    }
  }

  private void own(SequenceDefinition sequence) {
    plan.change(
        Step.OWNERS,
        statement(
            Step.OWNERS,
            sequence.id(),
            Fact.OWNED_BY.label(),
            "ALTER SEQUENCE "
                + Names.of(sequence.name())
                + " OWNED BY "
                + Names.column(sequence.ownedBy()),
            List.of()));
  }

  private void view(ObjectChange.Modified change, ViewDefinition view) {
    String alter = "ALTER " + ObjectDdl.keyword(view) + " " + Names.of(view.name()) + " ";
    ViewDefinition before = (ViewDefinition) change.before();
    if (!before.options().equals(view.options())) {
      List<String> gone =
          before.options().keySet().stream()
              .filter(option -> !view.options().containsKey(option))
              .sorted()
              .toList();
      if (!gone.isEmpty()) {
        settings(view, alter + "RESET (" + String.join(", ", gone) + ")");
      }
      if (!view.options().isEmpty()) {
        settings(view, alter + "SET (" + TableDdl.parameters(view.options()) + ")");
      }
    }
    for (PartChange.OfIndex part : change.parts(PartChange.OfIndex.class)) {
      if (part.before() != null) {
        String drop = "DROP INDEX IF EXISTS " + Names.beside(view.name(), part.name());
        plan.remove(
            Step.DROP_INDEXES,
            statement(Step.DROP_INDEXES, view.id(), part.name(), drop, List.of()));
      }
      if (part.after() != null) {
        index(view, part.after());
      }
    }
    for (PartChange.OfTrigger part : change.parts(PartChange.OfTrigger.class)) {
      if (part.before() != null) {
        String drop =
            "DROP TRIGGER IF EXISTS " + Names.quote(part.name()) + " ON " + Names.of(view.name());
        plan.remove(
            Step.DROP_TRIGGERS,
            statement(Step.DROP_TRIGGERS, view.id(), part.name(), drop, List.of()));
      }
      if (part.after() != null) {
        trigger(view, part.after());
      }
    }
  }

  private void settings(ViewDefinition view, String sql) {
    plan.change(
        Step.SETTINGS, statement(Step.SETTINGS, view.id(), Fact.OPTIONS.label(), sql, List.of()));
  }

  private void index(ViewDefinition view, IndexDefinition index) {
    plan.change(
        Step.TRIGGERS,
        statement(
            Step.TRIGGERS,
            view.id(),
            index.name(),
            TableDdl.index(view.name(), index.name(), index, false),
            List.of()));
    facts.comment(
        Step.COMMENTS,
        view,
        index.name(),
        "INDEX " + Names.beside(view.name(), index.name()),
        null,
        index.comment());
  }

  private void trigger(ViewDefinition view, TriggerDefinition trigger) {
    plan.change(
        Step.TRIGGERS,
        statement(
            Step.TRIGGERS,
            view.id(),
            trigger.name(),
            ObjectDdl.text(trigger.definition()),
            List.of()));
  }

  private void extension(ObjectChange.Modified change, Extension extension) {
    Extension before = (Extension) change.before();
    String alter = "ALTER EXTENSION " + Names.quote(extension.name().name()) + " ";
    if (!Objects.equals(before.version(), extension.version())) {
      plan.create(
          Step.EXTENSIONS,
          statement(
              Step.EXTENSIONS,
              extension.id(),
              alter + "UPDATE TO " + Names.literal(extension.version()),
              List.of()));
    }
    if (!Objects.equals(before.installedIn(), extension.installedIn())) {
      plan.create(
          Step.EXTENSIONS,
          statement(
              Step.EXTENSIONS,
              extension.id(),
              alter + "SET SCHEMA " + Names.quote(extension.installedIn()),
              List.of()));
    }
  }

  private static Statement statement(Step step, ObjectId object, String sql, List<Hazard> hazards) {
    return statement(step, object, "", sql, hazards);
  }

  private static Statement statement(
      Step step, ObjectId object, String part, String sql, List<Hazard> hazards) {
    return new Statement(sql, step, object, part, false, hazards);
  }
}
