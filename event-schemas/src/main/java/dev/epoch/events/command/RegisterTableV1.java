package dev.epoch.events.command;

import dev.epoch.events.table.TableSchema;

/**
 * Version a table.
 *
 * @param name in the repository
 * @param storage of the table
 * @param schemaName in the database
 * @param tableName in the database
 * @param schema as found
 */
public record RegisterTableV1(
    String name, String storage, String schemaName, String tableName, TableSchema schema)
    implements Command {}
