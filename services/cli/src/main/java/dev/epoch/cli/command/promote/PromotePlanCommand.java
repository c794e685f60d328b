package dev.epoch.cli.command.promote;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.promoter.Decision;
import dev.epoch.promoter.DecisionText;
import dev.epoch.promoter.PromotionFile;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code epoch promote plan}. */
@Command(
    name = "plan",
    description = {
      "Show what apply would do, and why not.",
      "Ends with 1 if something is held, with 2 if the file is wrong."
    })
public final class PromotePlanCommand extends PromotionCommand {

  /** The command in a session. */
  public PromotePlanCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run(List<PromotionFile> files) {
    List<Decision> all = new ArrayList<>();
    for (PromotionFile file : files) {
      List<Decision> decisions = promotions(file).plan(file);
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
