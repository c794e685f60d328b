package dev.epoch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code epoch} itself; all it does is done by its commands. */
@Command(
    name = "epoch",
    description = "Branches, commits, diffs and merges for data that stays where it is.",
    synopsisSubcommandLabel = "<command>",
    versionProvider = EpochVersion.class)
final class EpochCommand {

  @Mixin private final GlobalOptions options = new GlobalOptions();

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  private boolean version;

  GlobalOptions options() {
    return options;
  }
}
