package dev.epoch.storage.postgres.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Statements that make a random schema: types, tables with columns, constraints and indexes, views
 * on them. Names come from few, so that two schemas share objects and differ in their parts.
 */
final class RandomSchema {
  private static final List<String> TYPES =
      List.of("integer", "bigint", "text", "varchar(20)", "numeric(10,2)", "date", "boolean");
  private static final List<String> LABELS = List.of("a", "b", "c", "d");

  private final Random random;
  private final List<String> statements = new ArrayList<>();
  private boolean mood;

  private RandomSchema(long seed) {
    this.random = new Random(seed);
  }

  /** The same statements for the same seed. */
  static List<String> statements(long seed) {
    RandomSchema schema = new RandomSchema(seed);
    schema.make();
    return schema.statements;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private void make() {
    mood = chance(60);
    if (mood) {
      List<String> labels =
          LABELS.stream().filter(label -> label.equals("a") || chance(50)).toList();
      statements.add("CREATE TYPE mood AS ENUM ('" + String.join("', '", labels) + "')");
    }
    boolean former = false;
    for (String table : List.of("t", "u", "v")) {
      if (chance(75)) {
        table(table, former);
        former = former || table.equals("t");
      }
    }
  }

  private void table(String table, boolean withParent) {
    List<String> columns = new ArrayList<>();
    columns.add("id " + (chance(50) ? "integer" : "bigint") + (chance(80) ? " PRIMARY KEY" : ""));
    List<String> names = new ArrayList<>(List.of("id"));
    for (String name : List.of("p", "q", "r", "s")) {
      if (chance(60)) {
        names.add(name);
        columns.add(name + " " + column(name));
      }
    }
    if (chance(30)) {
      columns.add("twice bigint GENERATED ALWAYS AS (id * " + (1 + random.nextInt(2)) + ") STORED");
    }
    if (chance(40)) {
      columns.add("CONSTRAINT " + table + "_positive CHECK (id > " + random.nextInt(2) + ")");
    }
    if (chance(30)) {
      String last = names.getLast();
      columns.add("CONSTRAINT " + table + "_unique UNIQUE (" + last + ")");
    }
    statements.add("CREATE TABLE " + table + " (" + String.join(", ", columns) + ")");
    if (withParent && chance(40)) {
      // the key of the parent may be missing: the statement is left out then
      statements.add(
          "ALTER TABLE "
              + table
              + " ADD CONSTRAINT "
              + table
              + "_parent FOREIGN KEY (id) REFERENCES t (id)");
    }
    if (chance(50)) {
      String name = names.get(random.nextInt(names.size()));
      statements.add(
          "CREATE INDEX "
              + table
              + "_index ON "
              + table
              + " ("
              + name
              + (chance(30) ? " DESC" : "")
              + ")");
    }
    if (chance(30)) {
      statements.add("COMMENT ON TABLE " + table + " IS 'comment " + random.nextInt(2) + "'");
    }
    if (chance(40)) {
      String list = String.join(", ", names.subList(0, 1 + random.nextInt(names.size())));
      statements.add("CREATE VIEW " + table + "_view AS SELECT " + list + " FROM " + table);
    }
  }

  private String column(String name) {
    boolean enumerated = mood && name.equals("s");
    String type = enumerated ? "mood" : TYPES.get(random.nextInt(TYPES.size()));
    String text = type + (chance(30) ? " NOT NULL" : "");
    if (enumerated) {
      return text + (chance(50) ? " DEFAULT 'a'" : "");
    }
    return text
        + (type.equals("text") && chance(50) ? " DEFAULT 'x" + random.nextInt(2) + "'" : "");
  }
}
