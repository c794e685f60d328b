package dev.epoch.cli.command.catalog;

import dev.epoch.cli.Session;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code epoch catalog}: without more, the list. */
@Command(
    name = "catalog",
    description = {
      "Look at catalogs: classes, instances, and the best configuration of them.",
      "Branches are those of the catalog; where --branch names none, its default branch."
    },
    synopsisSubcommandLabel = "[<command>]")
public final class CatalogCommand extends CatalogListing {

  private CatalogCommand(Session session) {
    super(session);
  }

  /** The command in a session, with all below it. */
  public static CommandLine in(Session session) {
    return new CommandLine(new CatalogCommand(session))
        .addSubcommand("list", new CatalogListCommand(session))
        .addSubcommand("show", new CatalogShowCommand(session))
        .addSubcommand("validate", new CatalogValidateCommand(session))
        .addSubcommand("solve", new CatalogSolveCommand(session))
        .addSubcommand("merge", new CatalogMergeCommand(session))
        .addSubcommand(
            "class",
            new CommandLine(new CatalogClassCommand())
                .addSubcommand("from-table", new CatalogClassFromTableCommand(session)));
  }
}
