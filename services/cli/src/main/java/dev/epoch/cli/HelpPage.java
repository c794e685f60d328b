package dev.epoch.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Makes the help of a command short: options that every command takes stand in one place. */
final class HelpPage {

  private HelpPage() {}

  /** Shapes the help of a command and of all below it. */
  static void shape(CommandLine line) {
    line.getCommandSpec().usageMessage().abbreviateSynopsis(true);
    if (line.getParent() != null) {
      line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpPage::ownOptions);
    }
    line.getSubcommands().values().forEach(HelpPage::shape);
  }

  private static String ownOptions(Help help) {
    List<OptionSpec> own =
        help.commandSpec().options().stream().filter(option -> !option.inherited()).toList();
    String list = own.isEmpty() ? "" : help.optionListExcludingGroups(own);
    return list + "\n'epoch --help' lists the options of every command.\n";
  }
}
