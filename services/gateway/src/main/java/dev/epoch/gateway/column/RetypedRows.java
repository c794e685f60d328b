package dev.epoch.gateway.column;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.value.RetypedValue;
import dev.epoch.model.value.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Rows of states that have some columns of a schema with other types, perhaps under other
 * identities, as rows of that schema: values whose texts are the same under both types are the
 * same.
 *
 * <pre>
 *   schema                    id  n: bigint
 *   read                      id  n: bigint  n': integer     each state has one of the two
 *   row of a state with n'    1   null       5
 *   as it is                  1   null
 *   as one of the schema      1   5
 * </pre>
 */
public final class RetypedRows {
  private final TableSchema schema;
  private final TableSchema reading;

  /** By place of the schema, for each state, where it has another type or identity. */
  private final List<Map<Integer, Former>> states = new ArrayList<>();

  /**
   * A column of a state.
   *
   * @param place where it is read
   * @param added whether the first state has no such column
   * @param moved whether it has another identity
   */
  private record Former(int place, Column column, boolean added, boolean moved) {}

  /**
   * A state.
   *
   * @param schema as it is
   * @param same with identities that it shares with others: see {@link SameColumns}
   */
  public record State(TableSchema schema, TableSchema same) {}

  /**
   * @param schema of the rows
   * @param same the same with identities that it shares with the states
   * @param states the first is what the others began with
   */
  public RetypedRows(TableSchema schema, TableSchema same, List<State> states) {
    this.schema = schema;
    List<Column> columns = new ArrayList<>(schema.columns());
    Map<String, Integer> added = new HashMap<>();
    for (State state : states) {
      Map<Integer, Former> formers = new LinkedHashMap<>();
      for (int i = 0; i < state.schema().columns().size(); i++) {
        Column column = state.schema().columns().get(i);
        int place = indexOf(same, state.same().columns().get(i).id());
        if (place >= 0 && isOther(schema.columns().get(place), column)) {
          int read =
              added.computeIfAbsent(
                  column.id() + ' ' + typeName(column),
                  _ -> {
                    columns.add(read(column, columns.size()));
                    return columns.size() - 1;
                  });
          formers.put(
              place,
              new Former(
                  read,
                  column,
                  indexOf(states.getFirst().same(), same.columns().get(place).id()) < 0,
                  !schema.columns().get(place).id().equals(column.id())));
        }
      }
      this.states.add(formers);
    }
    this.reading =
        added.isEmpty()
            ? schema
            : new TableSchema(columns, schema.primaryKey(), schema.constraints(), schema.indexes());
  }

  /** Of states with the identities of the schema. */
  public static RetypedRows none(TableSchema schema, int states) {
    List<State> same = new ArrayList<>();
    for (int i = 0; i < states; i++) {
      same.add(new State(schema, schema));
    }
    return new RetypedRows(schema, schema, same);
  }

  /** Of two states, as rows of the later one. */
  public static RetypedRows between(TableSchema before, TableSchema after) {
    TableSchema same = SameColumns.as(before, after);
    return new RetypedRows(after, same, List.of(new State(before, before), new State(after, same)));
  }

  private static boolean isOther(Column now, Column former) {
    return !now.id().equals(former.id())
        || !typeName(now).equals(typeName(former)) && !now.generated() && !former.generated();
  }

  private static String typeName(Column column) {
    return column.type().base().name();
  }

  private static int indexOf(TableSchema schema, String id) {
    for (int i = 0; i < schema.columns().size(); i++) {
      if (schema.columns().get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }

  /** Names are unique in a schema. */
  private static Column read(Column column, int place) {
    return new Column(
        column.id(),
        "epoch former " + place,
        column.type(),
        true,
        null,
        null,
        null,
        column.initialDefault(),
        column.filled());
  }

  /** Whether all states have the columns of the schema. */
  public boolean isEmpty() {
    return reading == schema;
  }

  /** What rows have to be read with: the columns of the schema, and behind them others. */
  public TableSchema reading() {
    return reading;
  }

  /** Whether a state has columns of the schema under other identities. */
  public boolean isMoved(int state) {
    return states.get(state).values().stream().anyMatch(Former::moved);
  }

  /**
   * A row of a state as one of the schema; as it is where it was read without the other columns. A
   * text that is none of the other type, or takes a database to be converted, stays as it is.
   *
   * @param read null where it is absent
   */
  public Row of(int state, Row read) {
    if (read == null || read.size() == schema.columns().size()) {
      return read;
    }
    Row row = asItIs(read);
    for (Map.Entry<Integer, Former> each : states.get(state).entrySet()) {
      Column now = schema.columns().get(each.getKey());
      row = row.with(each.getKey(), value(each.getValue(), now, read));
    }
    for (int i = schema.columns().size(); i < read.size(); i++) {
      Column kept = reading.columns().get(i);
      int place = indexOf(schema, kept.id());
      if (place >= 0 && !states.get(state).containsKey(place) && row.get(place) == null) {
        row = row.with(place, retyped(kept, schema.columns().get(place), read.get(i)));
      }
    }
    return row;
  }

  private String value(Former former, Column now, Row read) {
    Column column = former.column();
    String text = read.get(former.place());
    if (former.added() && Objects.equals(text, column.initialDefault()) && !column.wasFilled()) {
      // nobody wrote it
      return now.initialDefault();
    }
    // what is not kept in one type of a column may be kept in another
    for (int i = 0; text == null && i < read.size(); i++) {
      if (reading.columns().get(i).id().equals(column.id())) {
        column = reading.columns().get(i);
        text = read.get(i);
      }
    }
    return retyped(column, now, text);
  }

  private static String retyped(Column from, Column to, String text) {
    return text == null ? null : RetypedValue.of(from.type(), to.type(), text).orElse(text);
  }

  /** Whether two rows of the schema, null for absent ones, have the same values. */
  public boolean same(Row one, Row other) {
    if (one == null || other == null) {
      return one == other;
    }
    for (int i = 0; i < schema.columns().size(); i++) {
      if (!Values.same(schema.columns().get(i).type(), one.get(i), other.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The columns of the schema alone. */
  public Row asItIs(Row read) {
    return read == null || read.size() == schema.columns().size()
        ? read
        : Row.of(read.values().subList(0, schema.columns().size()).toArray(String[]::new));
  }

  /**
   * A value that a state alone has, and that is none of the other type, as far as can be said
   * without a database.
   *
   * @param misfit whether it cannot be one; else a database may convert it
   */
  public record Unlike(int place, String text, boolean misfit) {}

  /**
   * Values of a state that are not those of another.
   *
   * @param read row of the state, null where it is absent
   * @param other row of the other state, likewise
   */
  public List<Unlike> unlike(int state, Row read, int otherState, Row other) {
    List<Unlike> values = new ArrayList<>();
    if (read != null && read.size() > schema.columns().size()) {
      for (Map.Entry<Integer, Former> each : states.get(state).entrySet()) {
        int place = each.getKey();
        String text = read.get(each.getValue().place());
        DataType type = each.getValue().column().type();
        DataType now = schema.columns().get(place).type();
        if (text != null
            && RetypedValue.of(type, now, text).isEmpty()
            && (other == null || !text.equals(own(otherState, place, other)))) {
          values.add(new Unlike(place, text, RetypedValue.isDecided(type, now)));
        }
      }
    }
    return values;
  }

  /** The text that a state itself has. */
  private String own(int state, int place, Row read) {
    Former former = states.get(state).get(place);
    return read.get(
        former == null || read.size() == schema.columns().size() ? place : former.place());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RetypedRows rows
        && schema.equals(rows.schema)
        && states.equals(rows.states);
  }

  @Override
  public int hashCode() {
    return Objects.hash(schema, states);
  }
}
