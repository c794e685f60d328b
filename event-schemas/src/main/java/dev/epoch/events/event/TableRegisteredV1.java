package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.Digest;
import dev.epoch.events.table.TableOrigin;
import dev.epoch.events.table.TableSchema;
import java.util.UUID;

/**
 * A table is versioned from now on; its rows at the operation's position are the baseline that the
 * next commit of the default branch contains.
 *
 * @param operationId the operation that installed the capture
 * @param tableId never used again
 * @param name in the repository
 * @param storage the storage it is in
 * @param schemaName in the database
 * @param tableName in the database
 * @param schema of its rows
 * @param schemaHash of the schema
 * @param rowCount rows of the baseline
 * @param contentHash of the baseline
 * @param contentSum behind the content hash, base64
 * @param position of the operation: the baseline is the live table at it
 * @param branchId the branch that it was made on, to which the baseline belongs, or null for a live
 *     table
 * @param origin what it was made as a copy of, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TableRegisteredV1(
    UUID operationId,
    String tableId,
    String name,
    String storage,
    String schemaName,
    String tableName,
    TableSchema schema,
    Digest schemaHash,
    long rowCount,
    Digest contentHash,
    String contentSum,
    long position,
    String branchId,
    TableOrigin origin)
    implements Event.OfTable {}
