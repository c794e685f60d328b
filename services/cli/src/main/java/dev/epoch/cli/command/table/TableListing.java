package dev.epoch.cli.command.table;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.table.Table;
import java.util.List;

/** Lists tables. */
abstract class TableListing extends EpochSubcommand {

  TableListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    Table.Listing listing = client().tables().list(session().headRef());
    if (output().json()) {
      output().json(listing);
    } else if (!listing.tables().isEmpty()) {
      output()
          .lines(
              Columns.aligned(
                  List.of("NAME", "RECORDS", "PRIMARY KEY", "LOCATION"),
                  listing.tables().stream().map(TableListing::row).toList()));
    }
    return ExitCode.OK;
  }

  private static List<String> row(Table table) {
    return List.of(
        table.name(),
        table.recordCount() == null ? "-" : table.recordCount().toString(),
        table.primaryKey().isEmpty() ? "-" : String.join(", ", table.primaryKey()),
        table.location() == null ? "-" : table.location());
  }
}
