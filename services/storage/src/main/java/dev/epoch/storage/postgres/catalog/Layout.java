package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.TableHandle;
import java.util.Objects;

/**
 * Names, unquoted, of what Epoch keeps in its schema for one registered table; see {@code
 * docs/postgresql-layout.md}. {@code epoch.object_name} gives the same answers in SQL.
 *
 * <p>A name is made of a readable label and an id. Labels of tables and branches are fixed when
 * they are first told of and stand in {@code epoch.tables} and {@code epoch.branches}: neither
 * follows a rename.
 *
 * @param label readable part of the table's name
 * @param tableId id of the registration
 */
public record Layout(String label, String tableId) {
  /** Where everything is but the views of branches. */
  public static final String SCHEMA = "epoch";

  private static final int LONGEST_TABLE_LABEL = 16;
  private static final int LONGEST_BRANCH_LABEL = 12;

  public Layout {
    Objects.requireNonNull(label, "label");
    Objects.requireNonNull(tableId, "tableId");
  }

  /** The layout of a table that keeps the name it was registered with. */
  public static Layout of(TableHandle table) {
    return new Layout(tableLabel(table.path().table()), table.id());
  }

  static String tableLabel(String table) {
    return label(table, LONGEST_TABLE_LABEL);
  }

  public static String branchLabel(String branch) {
    return label(branch, LONGEST_BRANCH_LABEL);
  }

  /** Images before uncommitted changes of the live table. */
  public String workingSet() {
    return name("w");
  }

  /** Images before committed changes of the live table. */
  public String history() {
    return name("h");
  }

  /** How many rows have each key, where nothing but Epoch keeps it unique. */
  public String keyCounts() {
    return name("k");
  }

  /** The trigger function on the live table. */
  String captureFunction() {
    return name("c");
  }

  /**
   * @param branchLabel as {@code epoch.branches} has it
   * @param branchId id of the branch
   */
  public Overlay overlay(String branchLabel, String branchId) {
    return new Overlay(
        name("v", branchLabel, branchId),
        name("d", branchLabel, branchId),
        name("vw", branchLabel, branchId),
        name("vh", branchLabel, branchId));
  }

  /**
   * What a branch has of the table.
   *
   * @param rows changed rows
   * @param tombstones keys of rows that are deleted on the branch
   * @param workingSet entries before uncommitted changes
   * @param history entries before committed changes
   */
  public record Overlay(String rows, String tombstones, String workingSet, String history) {}

  private String name(String kind) {
    return label + "__" + kind + "_" + tableId;
  }

  private String name(String kind, String branchLabel, String branchId) {
    return label + "__" + kind + "_" + branchLabel + "_" + tableId + "_" + branchId;
  }

  private static String label(String name, int longest) {
    StringBuilder label = new StringBuilder(longest);
    name.codePoints()
        .limit(longest)
        .map(character -> isUpper(character) ? character + ('a' - 'A') : character)
        .forEach(character -> label.append(isPlain(character) ? (char) character : '_'));
    return label.toString();
  }

  private static boolean isUpper(int character) {
    return character >= 'A' && character <= 'Z';
  }

  private static boolean isPlain(int character) {
    return character >= 'a' && character <= 'z' || character >= '0' && character <= '9';
  }
}
