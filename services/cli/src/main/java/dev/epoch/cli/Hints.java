package dev.epoch.cli;

import static java.util.Map.entry;

import dev.epoch.client.EpochException;
import dev.epoch.client.RefusedException;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What to do next, after a failure that does not say it by itself. */
final class Hints {

  private static final Map<String, String> BY_ERROR =
      Map.ofEntries(
          entry(
              "RepositoryNotInitializedError",
              "'epoch repo list' shows the repositories, 'epoch init <name>' makes one"),
          entry(
              "RepositoryAlreadyExistsError",
              "'epoch repo open <name>' ties this folder to it; or choose another name"),
          entry("StorageNotFoundError", "'epoch storage list' shows the storage backends"),
          entry(
              "StorageAlreadyExistsError",
              "'epoch storage show <name>' shows it; or choose another name"),
          entry("TableNotFoundError", "'epoch table list' shows the registered tables"),
          entry(
              "TableAlreadyExistsError",
              "'epoch table show <name>' shows it; or choose another name"),
          entry("BranchNotFoundError", "'epoch branch list' shows the branches"),
          entry(
              "BranchAlreadyExistsError",
              "'epoch checkout <branch>' switches to it; or choose another name"),
          entry("CheckNotFoundError", "'epoch check list' shows the checks"),
          entry("CheckFailedError", "'epoch check run' shows what the checks find"),
          entry("TagNotFoundError", "'epoch tag list' shows the tags"),
          entry(
              "CommitNotFoundError",
              "'epoch branch list' and 'epoch log --all --oneline' show what there is"),
          entry(
              "NothingToCommitError",
              "change data first; 'epoch status' shows what would be committed"),
          entry("UncommittedChangesError", "commit the changes first; 'epoch status' shows them"),
          entry("MergeInProgressError", "'epoch merge --continue' or 'epoch merge --abort' first"),
          entry("NoMergeInProgressError", "'epoch merge <branch>' begins one"),
          entry("ConflictNotFoundError", "'epoch conflicts show' shows what is to be decided"),
          entry(
              "CatalogError",
              "'epoch catalog list' and 'epoch catalog show <database>' show what there is"),
          entry("HeadMovedError", "somebody else was faster: look at 'epoch log' and try again"),
          entry("ApiKeyNotFoundError", "'epoch auth key list' shows the keys"),
          entry(
              "UnauthorizedError",
              "'epoch auth login' asks for a key that the server knows; or set EPOCH_API_KEY"),
          entry(
              "QueryRefusedError",
              "'epoch table list' and 'epoch table show <name>' show what can be read"));

  /** Options that other programs have, by the command that is asked for them. */
  private static final Map<String, String> NOT_THERE =
      Map.of(
          "epoch gc --keep",
          "commits are kept as long as a branch or tag reaches them: 'epoch tag <name> <commit>'"
              + " keeps one, 'epoch branch delete' and 'epoch tag delete' let go");

  private Hints() {}

  /** After a command line that makes no sense; it names what was probably meant. */
  static String after(ParameterException problem) {
    CommandSpec command = problem.getCommandLine().getCommandSpec();
    if (problem instanceof UnmatchedArgumentException unmatched) {
      String typed = unmatched.getUnmatched().getFirst();
      String known = NOT_THERE.get(command.qualifiedName() + " " + typed.split("=", 2)[0]);
      if (known != null) {
        return known;
      }
      boolean option = unmatched.isUnknownOption();
      String prefix = option ? "" : command.qualifiedName() + " ";
      return NearestWord.to(
              typed, option ? command.optionsMap().keySet() : command.subcommands().keySet())
          .map(meant -> "did you mean '" + prefix + meant + "'? " + help(command))
          .orElseGet(() -> help(command));
    }
    return help(command);
  }

  /** After a failure on this side. */
  static String after(CommandFailure failure, CommandSpec command) {
    return failure.hint() == null && failure.exitCode() == ExitCode.USAGE
        ? help(command)
        : failure.hint();
  }

  /** After a failure on the other side. What the server recommends goes first. */
  static String after(EpochException failure, CommandSpec command) {
    if (failure.remedy() != null) {
      return failure.remedy();
    }
    if (failure instanceof RefusedException refusal) {
      if (BY_ERROR.containsKey(refusal.error())) {
        return BY_ERROR.get(refusal.error());
      }
      if (refusal.error().equals("HookVetoError")) {
        return "hook '%s' says so; 'epoch hook list' shows where it asks"
            .formatted(refusal.details().path("hook").asText());
      }
      if (refusal.error().isEmpty()) {
        return "is there an Epoch server? --server or EPOCH_SERVER_URL names another one";
      }
    }
    return switch (ExitCode.of(failure)) {
      case INVALID, USAGE -> help(command);
      case UNAVAILABLE, FAULT, OUTPUT_LOST -> "try again; 'epoch doctor' looks for the cause";
      case OK, NEGATIVE, NOT_FOUND, CONFLICT -> "'epoch status' shows how things stand";
    };
  }

  private static String help(CommandSpec command) {
    return "'" + command.qualifiedName() + " --help' shows what can be said";
  }
}
