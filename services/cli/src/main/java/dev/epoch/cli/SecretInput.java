package dev.epoch.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Secrets that are typed: never as arguments, which other processes of the machine can read. From a
 * terminal without showing them, else the first line of standard input.
 */
public final class SecretInput {
  private SecretInput() {}

  /**
   * Asks for a secret.
   *
   * @param what it is, for people
   * @return without blanks around; empty for none
   */
  public static String read(Session session, String what) {
    ProcessEnvironment environment = session.environment();
    Console console = environment.in() == System.in ? System.console() : null;
    if (console != null && console.isTerminal()) {
      char[] typed = console.readPassword("%s: ", what);
      return typed == null ? "" : new String(typed).strip();
    }
    try {
      String line =
          new BufferedReader(new InputStreamReader(environment.in(), StandardCharsets.UTF_8))
              .readLine();
      return line == null ? "" : line.strip();
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "cannot read standard input: " + unreadable.getMessage(),
          "type the secret, or send it in: < file");
    }
  }
}
