package dev.epoch.model.schema.diff;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.TriggerDefinition;
import java.util.List;
import java.util.Objects;

/**
 * A part of an object that differs: {@code before} is null for one that was added, {@code after}
 * for one that was removed.
 */
public sealed interface PartChange {
  Object before();

  Object after();

  /** Name of the part in its object, after the change if there is one; empty where it has none. */
  String name();

  default ChangeType type() {
    return ChangeType.of(before(), after());
  }

  /** The same column by id, or by name where no column has its id. */
  record OfColumn(ColumnDefinition before, ColumnDefinition after) implements PartChange {
    @Override
    public String name() {
      return after == null ? before.name() : after.name();
    }

    public boolean renamed() {
      return type() == ChangeType.MODIFIED && !before.name().equals(after.name());
    }

    /** Whether its type or collation is another. */
    public boolean retyped() {
      return type() == ChangeType.MODIFIED
          && !(before.type().equals(after.type())
              && Objects.equals(before.collation(), after.collation()));
    }

    public boolean nullabilityChanged() {
      return type() == ChangeType.MODIFIED && before.nullable() != after.nullable();
    }

    public boolean defaultChanged() {
      return type() == ChangeType.MODIFIED
          && !Objects.equals(before.defaultValue(), after.defaultValue());
    }

    public boolean generationChanged() {
      return type() == ChangeType.MODIFIED
          && !Objects.equals(before.generated(), after.generated());
    }

    public boolean identityChanged() {
      return type() == ChangeType.MODIFIED && !Objects.equals(before.identity(), after.identity());
    }

    public boolean commentChanged() {
      return type() == ChangeType.MODIFIED && !Objects.equals(before.comment(), after.comment());
    }
  }

  /** A constraint of a table or domain. */
  record OfConstraint(ConstraintDefinition before, ConstraintDefinition after)
      implements PartChange {
    @Override
    public String name() {
      return after == null ? before.name() : after.name();
    }

    public ConstraintDefinition.Kind kind() {
      return after == null ? before.kind() : after.kind();
    }
  }

  /** An index of a table or materialized view. */
  record OfIndex(IndexDefinition before, IndexDefinition after) implements PartChange {
    @Override
    public String name() {
      return after == null ? before.name() : after.name();
    }
  }

  /** A trigger of a table or view. */
  record OfTrigger(TriggerDefinition before, TriggerDefinition after) implements PartChange {
    @Override
    public String name() {
      return after == null ? before.name() : after.name();
    }
  }

  /** A policy of row security. */
  record OfPolicy(PolicyDefinition before, PolicyDefinition after) implements PartChange {
    @Override
    public String name() {
      return after == null ? before.name() : after.name();
    }
  }

  /** A label of an enum that is new or gone. */
  record OfLabel(String before, String after) implements PartChange {
    @Override
    public String name() {
      return after == null ? before : after;
    }
  }

  /** Labels that both enums have, in another order. */
  record OfLabelOrder(List<String> before, List<String> after) implements PartChange {
    public OfLabelOrder {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    @Override
    public String name() {
      return "";
    }
  }

  /** An attribute of a composite type. */
  record OfAttribute(CompositeType.Attribute before, CompositeType.Attribute after)
      implements PartChange {
    @Override
    public String name() {
      return after == null ? before.name() : after.name();
    }
  }

  /** A grant: the same by role, privilege and columns; modified if it became grantable or not. */
  record OfPrivilege(Privilege before, Privilege after) implements PartChange {
    @Override
    public String name() {
      Privilege privilege = after == null ? before : after;
      return privilege.privilege()
          + (privilege.columns().isEmpty()
              ? ""
              : " (" + String.join(", ", privilege.columns()) + ")")
          + " to "
          + privilege.role();
    }
  }

  /** The comment of the object itself; null for none. */
  record OfComment(String before, String after) implements PartChange {
    @Override
    public String name() {
      return "";
    }

    @Override
    public ChangeType type() {
      return ChangeType.MODIFIED;
    }
  }

  /** A fact of the object itself; values may be null on both sides of a modification. */
  record OfFact(Fact fact, Object before, Object after) implements PartChange {
    @Override
    public String name() {
      return fact.label();
    }

    @Override
    public ChangeType type() {
      return ChangeType.MODIFIED;
    }
  }
}
