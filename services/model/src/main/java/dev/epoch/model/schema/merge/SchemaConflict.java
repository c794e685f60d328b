package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.object.ObjectId;
import java.util.Objects;

/**
 * A difference that a merge of schemas cannot decide. Texts are for people; null: not there.
 *
 * @param type why
 * @param object that it is in
 * @param part of the object
 * @param name of the part, as the base has it if it was there; empty for the object itself
 * @param fact of the part that both sides changed, {@code type}; empty for all of it
 */
public record SchemaConflict(
    SchemaConflictType type,
    ObjectId object,
    Part part,
    String name,
    String fact,
    String base,
    String ours,
    String theirs) {

  /** Kinds of parts. */
  public enum Part {
    OBJECT,
    COLUMN,
    CONSTRAINT,
    INDEX,
    TRIGGER,
    POLICY
  }

  public SchemaConflict {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(object, "object");
    Objects.requireNonNull(part, "part");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(fact, "fact");
  }

  /** What a decision calls it: {@code schema.table.part}. */
  public String path() {
    return name.isEmpty() ? object.name().toString() : object.name() + "." + name;
  }

  /** The conflict of the merge in the other direction. */
  public SchemaConflict mirrored() {
    return new SchemaConflict(type, object, part, name, fact, base, theirs, ours);
  }
}
