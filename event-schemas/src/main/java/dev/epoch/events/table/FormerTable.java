package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.Digest;

/**
 * What a table was in the first parent of a commit that changed or removed it.
 *
 * @param rowCount number of rows there
 * @param schemaHash of its {@link TableSchema} there, null if the commit has the same
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FormerTable(long rowCount, Digest schemaHash) {}
