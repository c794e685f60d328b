package dev.epoch.model.schema.object;

/**
 * A trigger.
 *
 * @param definition the statement that creates it
 * @param enabled {@code origin}, {@code replica}, {@code always} or {@code disabled}
 * @param comment or null
 */
public record TriggerDefinition(String name, String definition, Enabled enabled, String comment) {
  /** When it fires. */
  public enum Enabled {
    ORIGIN,
    REPLICA,
    ALWAYS,
    DISABLED
  }
}
