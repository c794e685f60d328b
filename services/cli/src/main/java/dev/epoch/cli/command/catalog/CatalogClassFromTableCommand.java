package dev.epoch.cli.command.catalog;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.LostColumns;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.catalog.Catalog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch catalog class from-table}. */
@Command(
    name = "from-table",
    description = {
      "Stage a table of the repository as a class of a catalog.",
      "Columns become properties; rows, as committed, become instances: products-7.",
      "Again, it brings them to what the table says; what else they have stays."
    })
public final class CatalogClassFromTableCommand extends CatalogSubcommand {

  @Parameters(paramLabel = "<table>", description = "Name of the registered table.")
  private String table;

  @Option(
      names = "--database",
      paramLabel = "<id>",
      description = "Database of the catalog (default: the one of the repository's name).")
  private String database;

  @Option(
      names = "--at",
      paramLabel = "<ref>",
      description = "Rows of this branch, tag or commit (default: HEAD).")
  private String at;

  @Option(
      names = "--name",
      paramLabel = "<name>",
      description = "Name of the class (default: that of the table).")
  private String name;

  /** The command in a session. */
  public CatalogClassFromTableCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Catalog.TableClass staged =
        client().catalogs().classFromTable(database, branchNamed(), table, ref(), name);
    if (output().json()) {
      output().json(staged);
    } else {
      output().confirm("Staged " + staged.id() + ": " + Counts.of(staged.instances(), "instance"));
      LostColumns.remark(output(), table, staged.lost());
    }
    return ExitCode.OK;
  }

  /** --branch is one of the catalog here, and says nothing about the table. */
  private String ref() {
    String given = at == null ? "HEAD" : at;
    if (branchNamed() == null) {
      return session().ref(given);
    }
    if (given.startsWith("HEAD")) {
      throw CommandFailure.usage(
          "--branch is a branch of the catalog: say with --at which branch, tag or commit has the"
              + " rows");
    }
    return given;
  }
}
