package dev.epoch.model.schema.impact;

import dev.epoch.model.schema.object.ObjectName;
import java.util.List;

/** How many rows of a table a change is about. */
public sealed interface RowQuestion {
  ObjectName table();

  /** Name of the part of the table that changes; empty for the table itself. */
  String part();

  /** What becomes of these rows, behind their number: {@code rows lose a value}. */
  String outcome();

  /** Whether something of them is gone for good; else the change fails because of them. */
  boolean loses();

  /** All rows: the table goes. */
  record AllRows(ObjectName table) implements RowQuestion {
    @Override
    public String part() {
      return "";
    }

    @Override
    public String outcome() {
      return "rows are lost";
    }

    @Override
    public boolean loses() {
      return true;
    }
  }

  /** Rows with a value in a column that goes. */
  record Values(ObjectName table, String part) implements RowQuestion {
    @Override
    public String outcome() {
      return "rows have a value that is lost";
    }

    @Override
    public boolean loses() {
      return true;
    }
  }

  /** Rows without a value in a column that has to have one. */
  record Nulls(ObjectName table, String part) implements RowQuestion {
    @Override
    public String outcome() {
      return "rows have no value";
    }

    @Override
    public boolean loses() {
      return false;
    }
  }

  /**
   * Rows whose value another type does not hold as it is.
   *
   * @param type as the database prints it
   */
  record Unfit(ObjectName table, String part, String type) implements RowQuestion {
    @Override
    public String outcome() {
      return "rows have a value that " + type + " does not hold";
    }

    @Override
    public boolean loses() {
      return true;
    }
  }

  /** Rows with a label of an enum that goes. */
  record Labels(ObjectName table, String part, String label) implements RowQuestion {
    @Override
    public String outcome() {
      return "rows have the value '" + label + "' that goes";
    }

    @Override
    public boolean loses() {
      return false;
    }
  }

  /**
   * Rows that break a new check.
   *
   * @param part name of the constraint
   * @param expression that has to be true, or null
   */
  record Violations(ObjectName table, String part, String expression) implements RowQuestion {
    @Override
    public String outcome() {
      return "rows break the check";
    }

    @Override
    public boolean loses() {
      return false;
    }
  }

  /**
   * Rows that share what is to be unique.
   *
   * @param part name of the constraint
   */
  record Duplicates(ObjectName table, String part, List<String> columns, boolean nullsToo)
      implements RowQuestion {
    public Duplicates {
      columns = List.copyOf(columns);
    }

    @Override
    public String outcome() {
      return "rows share a value that is to be unique";
    }

    @Override
    public boolean loses() {
      return false;
    }
  }

  /**
   * Rows that refer to none.
   *
   * @param part name of the constraint
   */
  record Orphans(
      ObjectName table,
      String part,
      List<String> columns,
      ObjectName referenced,
      List<String> referencedColumns)
      implements RowQuestion {
    public Orphans {
      columns = List.copyOf(columns);
      referencedColumns = List.copyOf(referencedColumns);
    }

    @Override
    public String outcome() {
      return "rows refer to a row that is not there";
    }

    @Override
    public boolean loses() {
      return false;
    }
  }
}
