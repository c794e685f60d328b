package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/**
 * An object of a schema. What two databases may print differently although it means the same (order
 * of columns by number, white space, casts that a parser adds) is normalised before it gets here:
 * objects are the same exactly if they are equal, but for the order of columns.
 */
public sealed interface SchemaObject
    permits EnumType,
        DomainType,
        CompositeType,
        RangeType,
        Extension,
        SequenceDefinition,
        FunctionDefinition,
        TableDefinition,
        ViewDefinition {

  ObjectName name();

  ObjectKind kind();

  /**
   * What has to be there before it can be created, by the database's own record of dependencies.
   */
  Set<ObjectId> dependsOn();

  /** Comment, null for none. */
  String comment();

  /**
   * What roles other than the owner may do, in order; of functions and types also what PostgreSQL
   * gives to {@code PUBLIC} without a GRANT.
   */
  List<Privilege> privileges();

  default ObjectId id() {
    return new ObjectId(kind(), name());
  }
}
