package dev.epoch.cli.command.promote;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.promoter.Decision;
import dev.epoch.promoter.DecisionText;
import dev.epoch.promoter.PromotionFile;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch promote apply}. */
@Command(
    name = "apply",
    description = {
      "Make the promotions that are ready, and record what is decided as statuses of commits.",
      "Ends with 1 if something is held or refused, with 2 if the file is wrong."
    })
public final class PromoteApplyCommand extends PromotionCommand {

  @Parameters(
      arity = "0..*",
      paramLabel = "<environment>",
      description = "Only to these (default: to all).")
  private List<String> environments = List.of();

  @Option(names = "--dry-run", description = "Show what would happen and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--retry",
      description = "Try promotions again that the server has refused, at once.")
  private boolean retry;

  /** The command in a session. */
  public PromoteApplyCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run(List<PromotionFile> files) {
    List<Decision> all = new ArrayList<>();
    for (PromotionFile file : files) {
      List<Decision> decisions =
          dryRun ? promotions(file).plan(file) : promotions(file).apply(file, environments, retry);
      if (output().json()) {
        output().json(json(file, decisions));
      } else {
        decisions.forEach(decision -> output().lines(DecisionText.lines(decision)));
      }
      all.addAll(decisions);
    }
    return exit(all);
  }
}
