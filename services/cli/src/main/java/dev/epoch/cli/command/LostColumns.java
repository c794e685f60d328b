package dev.epoch.cli.command;

import dev.epoch.cli.Output;
import java.util.List;

/** Says which columns are null though their commits had values. */
public final class LostColumns {
  private LostColumns() {}

  /** A remark beside the records; none if nothing is lost. */
  public static void remark(Output output, String table, List<String> lost) {
    if (!lost.isEmpty()) {
      output.remark(
          "values of %s of table '%s' are not known any more where they are null: the live table has lost them"
              .formatted(String.join(", ", lost), table));
    }
  }
}
