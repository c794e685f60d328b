package dev.epoch.storage.relational;

import dev.epoch.events.table.DataType;

/**
 * A column of a live table, as the catalog has it.
 *
 * @param name as it is now
 * @param type of its values
 * @param declared the type as it was declared
 * @param collation that it compares by, null for the database's own
 * @param nullable whether it may be null
 * @param defaultExpression as the database prints it, or null
 * @param generated expression of a generated column, or null
 * @param identity whether the database gives values where none are given
 */
public record LiveColumn(
    String name,
    DataType type,
    String declared,
    String collation,
    boolean nullable,
    String defaultExpression,
    String generated,
    boolean identity) {}
