package dev.epoch.cli.command.branch;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.branch.BranchUrls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch branch url}. */
@Command(
    name = "url",
    description = {
      "Print the URL under which clients of the database are on a branch: psql, ORMs, pools.",
      "At a tag or commit they read only. The password is the database's own."
    })
public final class BranchUrlCommand extends EpochSubcommand {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<branch>",
      description = "Branch, tag or commit; the current branch if none is given.")
  private String name;

  @Option(
      names = "--user",
      paramLabel = "<role>",
      description = "Role that logs in; that of the storage if none is given.")
  private String user;

  @Option(names = "--jdbc", description = "Print it for JDBC.")
  private boolean jdbc;

  /** The command in a session. */
  public BranchUrlCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    BranchUrls found = client().branches().urls(name == null ? session().branch() : name, user);
    if (output().json()) {
      output().json(found);
      return ExitCode.OK;
    }
    for (BranchUrls.Url url : found.urls()) {
      output().line(jdbc ? url.jdbcUrl() : url.url());
    }
    return ExitCode.OK;
  }
}
