package dev.epoch.cli.command.promote;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.promoter.Decision;
import dev.epoch.promoter.DecisionText;
import dev.epoch.promoter.PromotionFile;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code epoch promote status}. */
@Command(
    name = "status",
    description = {"Show the environments, and what was decided last."})
public final class PromoteStatusCommand extends PromotionCommand {

  /** The command in a session. */
  public PromoteStatusCommand(Session session) {
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
        decisions.forEach(decision -> output().lines(withLast(decision)));
      }
      all.addAll(decisions);
    }
    return ExitCode.OK;
  }

  private static List<String> withLast(Decision decision) {
    List<String> lines = new ArrayList<>(DecisionText.lines(decision));
    if (decision.facts() != null && decision.facts().last() != null) {
      lines.add(
          "  last    "
              + decision.facts().last().description()
              + " ("
              + decision.facts().last().time()
              + ")");
    }
    return lines;
  }
}
