package dev.epoch.cli;

import java.util.Objects;

/** A command that cannot go on, found out on this side of the wire. */
public final class CommandFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;
  private final String hint;

  /**
   * A failure.
   *
   * @param message what is wrong
   * @param hint what may help, or null
   */
  public CommandFailure(ExitCode exitCode, String message, String hint) {
    super(message);
    this.exitCode = Objects.requireNonNull(exitCode, "exitCode");
    this.hint = hint;
  }

  /** A command line that makes no sense. */
  public static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, message, null);
  }

  /** What the process ends with. */
  public ExitCode exitCode() {
    return exitCode;
  }

  /** What may help, or null. */
  public String hint() {
    return hint;
  }
}
