package dev.epoch.storage.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The answer to a {@link ReadQuery}.
 *
 * @param columns of the answer
 * @param rows values as JSON in the order of the columns
 * @param truncated whether there were more rows than the limit
 */
public record QueryResult(
    List<ResultColumn> columns, List<List<JsonNode>> rows, boolean truncated) {
  /** A column of an answer; {@code type} as the database prints it. */
  public record ResultColumn(String name, String type) {}
}
