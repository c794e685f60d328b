package dev.epoch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Lets the user write a message in an editor: EPOCH_EDITOR, EDITOR, VISUAL, else vi. */
public final class MessageEditor {
  private MessageEditor() {}

  /**
   * A message.
   *
   * @param remarks lines that are shown, and are no part of it
   * @throws CommandFailure if there is no terminal, the editor fails, or nothing is written
   */
  public static String write(Session session, List<String> remarks) {
    ProcessEnvironment environment = session.environment();
    if (!environment.inIsTerminal() || !environment.outIsTerminal()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "a message is missing",
          "give it with --message, or run it on a terminal");
    }
    try {
      Path draft = Files.createTempFile("epoch-message", ".txt");
      try {
        Files.writeString(
            draft,
            "\n"
                + remarks.stream()
                    .map(line -> ("# " + line).strip() + "\n")
                    .collect(Collectors.joining()));
        edit(session, draft);
        String message =
            Files.readString(draft)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.joining("\n"))
                .strip();
        if (message.isEmpty()) {
          throw new CommandFailure(
              ExitCode.NEGATIVE,
              "the message is empty: nothing is done",
              "write one, or give it with --message");
        }
        return message;
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException problem) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot edit a message: " + problem.getMessage(),
          "give it with --message; EPOCH_EDITOR names another editor");
    }
  }

  /** The editor of the user, as a shell understands it. */
  static String editor(ProcessEnvironment environment) {
    for (String name : List.of("EPOCH_EDITOR", "EDITOR", "VISUAL")) {
      if (environment.variable(name) != null) {
        return environment.variable(name);
      }
    }
    return "vi";
  }

  private static void edit(Session session, Path draft) throws IOException {
    String editor = editor(session.environment());
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", editor + " \"$1\"", "sh", draft.toString())
            .directory(session.directory().toFile())
            .inheritIO();
    builder.environment().clear();
    builder.environment().putAll(session.environment().variables());
    try {
      int ended = builder.start().waitFor();
      if (ended != 0) {
        throw new CommandFailure(
            ExitCode.CONFLICT,
            "the editor '" + editor + "' ended with " + ended + ": nothing is done",
            "give the message with --message; EPOCH_EDITOR names another editor");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }
}
