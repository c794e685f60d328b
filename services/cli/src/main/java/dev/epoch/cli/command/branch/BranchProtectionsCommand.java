package dev.epoch.cli.command.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code epoch branch protections}. */
@Command(name = "protections", description = "List how branches are protected.")
public final class BranchProtectionsCommand extends EpochSubcommand {

  /** The command in a session. */
  public BranchProtectionsCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    JsonNode all = client().branches().protections();
    if (output().json()) {
      output().json(all);
      return ExitCode.OK;
    }
    for (JsonNode protection : all.path("protections")) {
      output().line(protection.path("pattern").asText() + ": " + text(protection));
    }
    return ExitCode.OK;
  }

  private static String text(JsonNode protection) {
    List<String> parts = new ArrayList<>();
    if (protection.path("require_review").asBoolean()) {
      parts.add(
          Counts.of(protection.path("approvals").asLong(), "approval")
              + (protection.path("dismiss_stale").asBoolean() ? "" : ", also of earlier commits"));
    }
    if (protection.path("no_force_push").asBoolean()) {
      parts.add("no reset, rebase, rename, deletion");
    }
    who(protection.path("mergers"), "merged into by ", parts);
    who(protection.path("committers"), "committed to by ", parts);
    if (protection.path("conflict_strategy").isTextual()) {
      parts.add("conflicts: " + protection.path("conflict_strategy").asText());
    }
    return String.join("; ", parts);
  }

  private static void who(JsonNode names, String what, List<String> parts) {
    if (names.isArray()) {
      List<String> all = new ArrayList<>();
      names.forEach(name -> all.add(name.asText()));
      parts.add(what + (all.isEmpty() ? "nobody" : String.join(", ", all)));
    }
  }
}
