package dev.epoch.cli;

import dev.epoch.cli.configuration.ConfigurationEditor;
import dev.epoch.cli.configuration.ConfigurationKey;
import dev.epoch.cli.configuration.Workspace;
import dev.epoch.client.transport.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks who commits, and keeps the answer where the next command reads it. */
final class AuthorQuestion {
  private final Session session;
  private final BufferedReader in;

  private AuthorQuestion(Session session) {
    this.session = session;
    this.in =
        new BufferedReader(
            new InputStreamReader(session.environment().in(), StandardCharsets.UTF_8));
  }

  /**
   * @throws CommandFailure if there is no terminal, or no answer
   */
  static void ask(Session session) {
    ProcessEnvironment environment = session.environment();
    if (!environment.inIsTerminal() || !environment.errIsTerminal()) {
      throw nobody();
    }
    new AuthorQuestion(session).ask();
  }

  private void ask() {
    session.output().problem("Who commits? It is asked once.");
    String name = answer("Your name");
    if (name.isEmpty()) {
      throw nobody();
    }
    String email = answer("Your e-mail address");
    Path file = keep(name, email);
    session.output().remark("Kept in " + file + "; 'epoch config set author.name' changes it");
  }

  private String answer(String question) {
    session.environment().err().print(question + ": ");
    session.environment().err().flush();
    try {
      String line = in.readLine();
      return line == null ? "" : line.strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** In the user's own file if that is the one that is read here, else in the working folder. */
  private Path keep(String name, String email) {
    Path user = session.settings().userFile();
    Path read = session.settings().file().path();
    Optional<Workspace> folder = session.workspace();
    boolean own = read == null || read.equals(user) || folder.isEmpty();
    Path file = own ? user : folder.orElseThrow().directory().resolve("config");
    ConfigurationEditor editor = new ConfigurationEditor(file);
    List<String[]> values = new ArrayList<>();
    values.add(new String[] {"author.name", name});
    if (!email.isEmpty()) {
      values.add(new String[] {"author.email", email});
    }
    for (String[] value : values) {
      ConfigurationKey key = ConfigurationKey.named(value[0]).orElseThrow();
      editor.set(own ? key.file() : key.local(), Json.text(value[1]));
    }
    return file;
  }

  private static CommandFailure nobody() {
    return new CommandFailure(
        ExitCode.CONFLICT,
        "nobody is named who commits",
        "'epoch config set --global author.name \"Your Name\"' and 'author.email', or 'git config"
            + " --global user.name' and 'user.email', say it for good; --author-name and"
            + " EPOCH_AUTHOR_NAME for once");
  }
}
