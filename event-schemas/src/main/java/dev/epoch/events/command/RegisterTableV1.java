package dev.epoch.events.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.table.TableOrigin;
import dev.epoch.events.table.TableSchema;

/**
 * Version a table.
 *
 * @param name in the repository
 * @param storage of the table
 * @param schemaName in the database
 * @param tableName in the database
 * @param schema as found
 * @param branch name of the branch that it was made on and that alone has it, or null for a live
 *     table
 * @param origin what it is made as a copy of, or null if it is there
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegisterTableV1(
    String name,
    String storage,
    String schemaName,
    String tableName,
    TableSchema schema,
    String branch,
    TableOrigin origin)
    implements Command {

  /** A live table. */
  public RegisterTableV1(
      String name, String storage, String schemaName, String tableName, TableSchema schema) {
    this(name, storage, schemaName, tableName, schema, null, null);
  }
}
