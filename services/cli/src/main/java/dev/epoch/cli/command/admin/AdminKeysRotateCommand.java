package dev.epoch.cli.command.admin;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.admin.SecretKeys;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code epoch admin keys rotate}. */
@Command(
    name = "rotate",
    description = {
      "Make a new key and seal stored secrets with it.",
      "Former keys stay: they open what the log has of former states."
    })
public final class AdminKeysRotateCommand extends EpochSubcommand {

  /** The command in a session. */
  public AdminKeysRotateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    SecretKeys.Rotated rotated = session().server().secretKeys().rotate();
    if (output().json()) {
      output().json(rotated);
    } else {
      String sealed =
          rotated.resealed().entrySet().stream()
              .filter(kind -> kind.getValue() > 0)
              .map(kind -> kind.getValue() + " of " + kind.getKey())
              .collect(Collectors.joining(", "));
      output()
          .confirm(
              "Key "
                  + rotated.key()
                  + " seals from now on"
                  + (sealed.isEmpty() ? "" : "; sealed anew: " + sealed));
    }
    AdminKeysListing.unreadable(this, rotated.unreadable());
    return ExitCode.OK;
  }
}
