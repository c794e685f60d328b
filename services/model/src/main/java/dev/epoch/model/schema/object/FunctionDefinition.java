package dev.epoch.model.schema.object;

import java.util.List;
import java.util.Set;

/**
 * A function, procedure or aggregate.
 *
 * @param name with the types of its arguments
 * @param routine what it is
 * @param definition the statement that creates it
 * @param returns type of the result as the database prints it, null for a procedure
 */
public record FunctionDefinition(
    ObjectName name,
    Routine routine,
    String definition,
    String returns,
    String comment,
    List<Privilege> privileges,
    Set<ObjectId> dependsOn)
    implements SchemaObject {

  /** What is called how. */
  public enum Routine {
    FUNCTION,
    PROCEDURE,
    AGGREGATE
  }

  public FunctionDefinition {
    privileges = List.copyOf(privileges);
    dependsOn = Set.copyOf(dependsOn);
  }

  @Override
  public ObjectKind kind() {
    return ObjectKind.FUNCTION;
  }
}
