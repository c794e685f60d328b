package dev.epoch.storage.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.state.TableState;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One reading statement.
 *
 * @param sql a single SELECT, WITH, VALUES or TABLE statement
 * @param parameters for $1, $2, ...
 * @param tables the tables it can name, each at a state
 * @param limit at most so many rows; one more is fetched to know whether the answer is cut
 * @param timeout enforced by the database
 */
public record ReadQuery(
    String sql,
    List<JsonNode> parameters,
    Map<TableHandle, TableState> tables,
    int limit,
    Duration timeout) {}
