package dev.epoch.storage.relational;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rows of a layer table that are deleted or changed by a condition which reads other tables, or
 * that table itself. Where the database would lock what such a condition reads, or refuses it, the
 * rows are chosen first, into a table of this session alone.
 *
 * @param layer name of the layer table
 * @param rest what its primary key has beside the key of the users' table
 */
record ChosenRows(RelationalSession session, LayerTable table, String layer, List<String> rest) {
  private static final String CHOSEN = "epoch_chosen";

  /**
   * @param condition with the layer table under its own name
   */
  void delete(String condition) {
    if (session.store.dialect.changesWhatItReads()) {
      session.execute("DELETE FROM %s WHERE %s".formatted(layer, condition));
    } else {
      chosen(
          condition,
          null,
          "DELETE %1$s FROM %2$s JOIN %1$s ON %3$s".formatted(layer, CHOSEN, joined()));
    }
  }

  /**
   * @param assignment of one column
   */
  void update(String assignment, String condition) {
    if (session.store.dialect.changesWhatItReads()) {
      session.execute("UPDATE %s SET %s WHERE %s".formatted(layer, assignment, condition));
      return;
    }
    int equals = assignment.indexOf(" = ");
    chosen(
        condition,
        assignment.substring(equals + 3),
        "UPDATE %2$s JOIN %1$s ON %3$s SET %1$s.%4$s = %2$s.changed"
            .formatted(layer, CHOSEN, joined(), assignment.substring(0, equals)));
  }

  private List<String> names() {
    List<String> names = new ArrayList<>(table.keyNames());
    names.addAll(rest);
    return names;
  }

  private String joined() {
    return names().stream()
        .map(name -> "%s.%3$s = %s.%3$s".formatted(layer, CHOSEN, name))
        .collect(Collectors.joining(" AND "));
  }

  private void chosen(String condition, String value, String then) {
    List<String> columns = new ArrayList<>();
    table.key().forEach(id -> columns.add(table.column(id).definition()));
    rest.forEach(name -> columns.add(name + " BIGINT NOT NULL"));
    columns.add("changed BIGINT");
    session.execute(session.store.dialect.temporaryKeys(CHOSEN, columns));
    try {
      String names = String.join(", ", names());
      int rows =
          session.execute(
              "INSERT INTO %s (%s, changed) SELECT %s, %s FROM %s WHERE %s"
                  .formatted(
                      CHOSEN,
                      names,
                      names().stream()
                          .map(name -> layer + "." + name)
                          .collect(Collectors.joining(", ")),
                      value,
                      layer,
                      condition));
      if (rows > 0) {
        session.execute(then);
      }
    } finally {
      session.execute(session.store.dialect.dropTemporary(CHOSEN));
    }
  }
}
