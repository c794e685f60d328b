package dev.epoch.storage.postgres.record;

import dev.epoch.events.table.Column;
import dev.epoch.storage.postgres.codec.Quote;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The statement that writes records into an overlay: each part takes those records whose key it
 * finds as it was before the statement, so that no record is taken twice.
 *
 * <pre>
 *   key is in the overlay's rows                     update
 *   key is in the base that the branch sees          insert the base's row with the given values
 *   key has a tombstone                              delete that, insert
 *   key is nowhere                                   insert
 * </pre>
 *
 * The parts are done in this order, each to its end before the next begins: values of unique
 * columns are given up before they are taken, and the working set keeps what it hears first of a
 * key.
 */
final class OverlayUpsertSql {
  private final OverlayParts parts;
  private final RecordBatch.Group group;

  OverlayUpsertSql(OverlayParts parts, RecordBatch.Group group) {
    this.parts = parts;
    this.group = group;
  }

  /** Answers how many rows were inserted and how many updated. Its parameters are the group's. */
  String statement() {
    List<String> with = new ArrayList<>();
    List<String> updates = new ArrayList<>();
    with.add(group.relation());
    if (!group.otherColumns().isEmpty()) {
      with.add("overlay_updated AS (%s)".formatted(updateOverlay()));
      with.add("base_updated AS (%s)".formatted(updateBase()));
      updates.addAll(List.of("overlay_updated", "base_updated"));
    }
    with.add("revived AS (%s)".formatted(revive(updates)));
    with.add("inserted AS (%s)".formatted(insert()));
    return "WITH %s SELECT (SELECT count(*) FROM inserted), %s"
        .formatted(
            String.join(", ", with),
            updates.isEmpty()
                ? "0::bigint"
                : updates.stream()
                    .map(part -> "(SELECT count(*) FROM " + part + ")")
                    .collect(Collectors.joining(" + ")));
  }

  private String updateOverlay() {
    return """
    UPDATE %s AS target
    SET %s
    FROM given
    WHERE %s AND %s
    RETURNING 1\
    """
        .formatted(
            parts.rows(),
            RecordWrites.assignments(group),
            parts.match(),
            RecordWrites.differ(group, "target"));
  }

  /** OFFSET 0 keeps the lookup in the base a lookup by key, for each record. */
  private String updateBase() {
    Set<String> given = group.otherColumns().stream().map(Column::name).collect(Collectors.toSet());
    String merged =
        parts.writable().stream()
            .map(name -> (given.contains(name) ? "given." : "base.") + Quote.identifier(name))
            .collect(Collectors.joining(", "));
    return """
    INSERT INTO %1$s (%2$s)
    SELECT %3$s
    FROM given
    CROSS JOIN LATERAL (
      SELECT base.* FROM (%4$s) AS base WHERE %5$s OFFSET 0
    ) AS base
    WHERE %6$s
      AND (NOT EXISTS (SELECT FROM %1$s AS target WHERE %7$s)) IS TRUE
      AND (NOT EXISTS (SELECT FROM %8$s AS target WHERE %7$s)) IS TRUE
      AND %9$s
    ORDER BY given.epoch_index
    RETURNING 1\
    """
        .formatted(
            parts.rows(),
            Quote.identifiers(parts.writable()),
            merged,
            parts.baseSelect(),
            parts.baseMatch(),
            after("overlay_updated"),
            parts.match(),
            parts.tombstones(),
            RecordWrites.differ(group, "base"));
  }

  private String revive(List<String> updates) {
    return """
    DELETE FROM %s AS target
    USING given
    WHERE %s%s
    RETURNING given.epoch_index\
    """
        .formatted(
            parts.tombstones(),
            parts.match(),
            updates.isEmpty() ? "" : " AND " + after(updates.getLast()));
  }

  private String insert() {
    List<String> columns = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Column column : group.columns()) {
      columns.add(column.name());
      values.add("given." + Quote.identifier(column.name()));
    }
    parts
        .identities()
        .forEach((column, nextValue) -> {
          if (!columns.contains(column)) {
            columns.add(column);
            values.add(nextValue);
          }
        });
    return """
    INSERT INTO %1$s (%2$s)
    SELECT %3$s
    FROM given
    WHERE %4$s
      AND (NOT EXISTS (SELECT FROM %1$s AS target WHERE %5$s)) IS TRUE
      AND (given.epoch_index IN (SELECT revived.epoch_index FROM revived) OR NOT (%6$s))
    ORDER BY given.epoch_index
    RETURNING 1\
    """
        .formatted(
            parts.rows(),
            Quote.identifiers(columns),
            String.join(", ", values),
            after("revived"),
            parts.match(),
            parts.baseHasKey());
  }

  /** A condition that is true, and known only when a part is done. */
  private static String after(String part) {
    return "(SELECT count(*) FROM " + part + ") >= 0";
  }
}
