package dev.epoch.gateway.record;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.record.RowWrite;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What a diff changes in one table of a branch, compared with the rows that are there. */
public final class TableApplication {
  private final TableHandle table;
  private final TableSchema schema;
  private final ValueCodec values;
  private final Set<RowKey> keys = new HashSet<>();
  private final List<RowWrite> deletes = new ArrayList<>();
  private final List<RowWrite> upserts = new ArrayList<>();
  private final List<RowWrite> undoDeletes = new ArrayList<>();
  private final List<RowWrite> undoUpserts = new ArrayList<>();
  private long unchanged;

  TableApplication(TableHandle table, ValueCodec values) {
    this.table = table;
    this.schema = table.schema();
    this.values = values;
  }

  TableHandle table() {
    return table;
  }

  List<RowWrite> deletes() {
    return deletes;
  }

  List<RowWrite> upserts() {
    return upserts;
  }

  /** What undoes {@link #deletes}. */
  List<RowWrite> undoDeletes() {
    return undoDeletes;
  }

  /** What undoes {@link #upserts}. */
  List<RowWrite> undoUpserts() {
    return undoUpserts;
  }

  /** Records that were already as the diff makes them. */
  long unchanged() {
    return unchanged;
  }

  boolean refersTo(TableApplication other) {
    String path = other.table.path().schema() + "." + other.table.path().table();
    return other != this
        && schema.constraints().stream()
            .filter(constraint -> constraint.kind() == Constraint.Kind.FOREIGN_KEY)
            .anyMatch(constraint -> path.equals(constraint.referencesTable()));
  }

  /**
   * Notes what a change writes.
   *
   * @param current finds the row that is there
   * @param force whether it is written whatever is there
   * @return why it does not fit, if it does not and is not forced to
   */
  Optional<DiffDoesNotApplyException.Misfit> add(
      int index, GivenChange change, Function<RowKey, Optional<Row>> current, boolean force) {
    requireImages(index, change);
    RowKey key = key(index, change);
    if (!keys.add(key)) {
      throw new WriteRefusedException(
          index,
          "Change " + index + " is about a record of " + table.name() + " that another one names",
          "Name each record once in a diff");
    }
    Row row = current.apply(key).orElse(null);
    if (done(index, change, row)) {
      unchanged++;
      return Optional.empty();
    }
    if (!force) {
      Optional<DiffDoesNotApplyException.Misfit> misfit = misfit(index, change, key, row);
      if (misfit.isPresent()) {
        return misfit;
      }
    }
    if (change.kind() == RowChange.Kind.DELETE) {
      deletes.add(new RowWrite.Delete(json(key)));
      undoDeletes.add(new RowWrite.Upsert(writable(row)));
    } else {
      upserts.add(new RowWrite.Upsert(written(change, key)));
      undoUpserts.add(
          row == null ? new RowWrite.Delete(json(key)) : new RowWrite.Upsert(writable(row)));
    }
    return Optional.empty();
  }

  private static void requireImages(int index, GivenChange change) {
    if (change.kind() != RowChange.Kind.DELETE && change.after() == null) {
      throw new WriteRefusedException(
          index, "Change " + index + " does not say what the record is after it", "Give after");
    }
  }

  private RowKey key(int index, GivenChange change) {
    String[] texts = new String[schema.primaryKey().size()];
    for (int i = 0; i < texts.length; i++) {
      String name = schema.primaryKey().get(i);
      JsonNode value = null;
      for (Map<String, JsonNode> image : images(change)) {
        JsonNode given = image == null ? null : image.get(name);
        if (given != null
            && value != null
            && !text(index, name, given).equals(text(index, name, value))) {
          throw new WriteRefusedException(
              index,
              "Change " + index + " has two values for key column " + name,
              "A record with another key is another record: delete one, insert one");
        }
        value = value == null ? given : value;
      }
      if (value == null || value.isNull()) {
        throw new WriteRefusedException(
            index,
            "Change " + index + " has no value for key column " + name,
            "Give the whole primary key: " + String.join(", ", schema.primaryKey()));
      }
      texts[i] = text(index, name, value);
    }
    return RowKey.of(texts);
  }

  private static List<Map<String, JsonNode>> images(GivenChange change) {
    List<Map<String, JsonNode>> images = new ArrayList<>();
    images.add(change.key());
    images.add(change.before());
    images.add(change.after());
    return images;
  }

  /** Whether the record is already what the change makes of it. */
  private boolean done(int index, GivenChange change, Row row) {
    return change.kind() == RowChange.Kind.DELETE
        ? row == null
        : row != null && differing(index, change.after(), row).isEmpty();
  }

  private Optional<DiffDoesNotApplyException.Misfit> misfit(
      int index, GivenChange change, RowKey key, Row row) {
    if (change.kind() == RowChange.Kind.INSERT) {
      return row == null
          ? Optional.empty()
          : Optional.of(misfit(change, key, "exists", differing(index, change.after(), row)));
    }
    if (row == null) {
      return Optional.of(misfit(change, key, "missing", List.of()));
    }
    List<String> fields =
        change.before() == null ? List.of() : differing(index, change.before(), row);
    return fields.isEmpty()
        ? Optional.empty()
        : Optional.of(misfit(change, key, "differs", fields));
  }

  private DiffDoesNotApplyException.Misfit misfit(
      GivenChange change, RowKey key, String problem, List<String> fields) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < schema.primaryKey().size(); i++) {
      named.put(schema.primaryKey().get(i), key.get(i));
    }
    return new DiffDoesNotApplyException.Misfit(
        table.name(),
        named,
        change.kind().name().toLowerCase(java.util.Locale.ROOT),
        problem,
        fields);
  }

  /** Of the columns given those with another value. */
  private List<String> differing(int index, Map<String, JsonNode> image, Row row) {
    List<String> names = new ArrayList<>();
    image.forEach((name, value) -> {
      int column = column(index, name);
      boolean same =
          values.toJson(schema.columns().get(column).type(), row.get(column)).equals(value)
              || Objects.equals(text(index, name, value), row.get(column));
      if (!same) {
        names.add(name);
      }
    });
    return names;
  }

  /** The columns that the change sets: of an update those that it changes. */
  private Map<String, JsonNode> written(GivenChange change, RowKey key) {
    Map<String, JsonNode> record = json(key);
    change
        .after()
        .forEach((name, value) -> {
          boolean changed =
              change.kind() == RowChange.Kind.INSERT
                  || change.before() == null
                  || !value.equals(change.before().get(name));
          if (changed && !generated(name)) {
            record.putIfAbsent(name, value);
          }
        });
    return record;
  }

  private Map<String, JsonNode> writable(Row row) {
    Map<String, JsonNode> record = new LinkedHashMap<>();
    for (int i = 0; row != null && i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      if (!column.generated()) {
        record.put(column.name(), values.toJson(column.type(), row.get(i)));
      }
    }
    return record;
  }

  private Map<String, JsonNode> json(RowKey key) {
    Map<String, JsonNode> record = new LinkedHashMap<>();
    for (int i = 0; i < schema.primaryKey().size(); i++) {
      String name = schema.primaryKey().get(i);
      record.put(name, values.toJson(schema.column(name).orElseThrow().type(), key.get(i)));
    }
    return record;
  }

  private boolean generated(String name) {
    return schema.column(name).map(Column::generated).orElse(false);
  }

  private int column(int index, String name) {
    int column = schema.indexOf(name);
    if (column < 0) {
      throw new WriteRefusedException(
          index, "Table " + table.name() + " has no column " + name, null);
    }
    return column;
  }

  private String text(int index, String name, JsonNode value) {
    try {
      return values.toText(schema.columns().get(column(index, name)).type(), value);
    } catch (BadValueException bad) {
      throw new WriteRefusedException(
          index, "Column " + name + ": " + bad.getMessage(), bad.remedy());
    }
  }
}
