package dev.epoch.model.schema.diff;

import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.SchemaObject;
import java.util.List;
import java.util.Objects;

/** What happened to one object. */
public sealed interface ObjectChange {
  ObjectId id();

  ChangeType type();

  record Added(SchemaObject object) implements ObjectChange {
    public Added {
      Objects.requireNonNull(object, "object");
    }

    @Override
    public ObjectId id() {
      return object.id();
    }

    @Override
    public ChangeType type() {
      return ChangeType.ADDED;
    }
  }

  record Removed(SchemaObject object) implements ObjectChange {
    public Removed {
      Objects.requireNonNull(object, "object");
    }

    @Override
    public ObjectId id() {
      return object.id();
    }

    @Override
    public ChangeType type() {
      return ChangeType.REMOVED;
    }
  }

  /**
   * An object that both schemas have.
   *
   * @param parts that differ, at least one; of each kind by name
   */
  record Modified(SchemaObject before, SchemaObject after, List<PartChange> parts)
      implements ObjectChange {
    public Modified {
      parts = List.copyOf(parts);
      if (parts.isEmpty() || !before.id().equals(after.id())) {
        throw new IllegalArgumentException("not a modification of " + before.id());
      }
    }

    @Override
    public ObjectId id() {
      return after.id();
    }

    @Override
    public ChangeType type() {
      return ChangeType.MODIFIED;
    }

    /** The changes of one kind. */
    public <T extends PartChange> List<T> parts(Class<T> kind) {
      return parts.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
  }
}
