package dev.epoch.cli;

import dev.epoch.client.EpochException;
import dev.epoch.client.RefusedException;
import dev.epoch.client.UnreachableException;
import java.util.Map;

/** What a command ends with, and the one table from the errors of the server to it. */
public enum ExitCode {
  /** It worked. */
  OK(0),
  /** It worked, and the outcome is negative: conflicts, nothing to commit, problems found. */
  NEGATIVE(1),
  /** The command line was wrong. */
  USAGE(2),
  /** Something named does not exist. */
  NOT_FOUND(3),
  /** The state of the repository does not allow it, or the actor may not do it. */
  CONFLICT(4),
  /** The request was not valid. */
  INVALID(5),
  /** The server did not answer, or could not. */
  UNAVAILABLE(6),
  /** A defect of this program. */
  FAULT(70),
  /** The result could not be written to standard output. */
  OUTPUT_LOST(74);

  private static final Map<String, ExitCode> BY_ERROR =
      Map.of(
          "MergeConflictError",
          NEGATIVE,
          "NothingToCommitError",
          NEGATIVE,
          "CheckFailedError",
          NEGATIVE,
          "NoConfigurationError",
          NEGATIVE);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The number that the process ends with. */
  public int code() {
    return code;
  }

  /** The exit code of a failed request. */
  public static ExitCode of(EpochException failure) {
    return switch (failure) {
      case RefusedException refusal -> BY_ERROR.getOrDefault(refusal.error(), of(refusal.status()));
      case UnreachableException ignored -> UNAVAILABLE;
    };
  }

  private static ExitCode of(int status) {
    return switch (status) {
      case 404, 410 -> NOT_FOUND;
      case 401, 403, 409, 412 -> CONFLICT;
      case 429 -> UNAVAILABLE;
      default -> status < 500 ? INVALID : UNAVAILABLE;
    };
  }
}
