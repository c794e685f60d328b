package dev.epoch.cli.command.role;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Columns;
import dev.epoch.client.role.Roles;
import java.util.List;
import java.util.stream.Collectors;

/** Lists the roles, and who has them. */
abstract class RoleListing extends EpochSubcommand {

  RoleListing(Session session) {
    super(session);
  }

  @Override
  protected final ExitCode run() {
    Roles.Listing listing = client().roles().list();
    if (output().json()) {
      output().json(listing);
      return ExitCode.OK;
    }
    output()
        .lines(
            Columns.aligned(
                List.of("ROLE", "MAY", "WHO"),
                listing.roles().stream().map(RoleListing::row).toList()));
    if (!listing.inForce()) {
      output().remark("hint: no role was ever granted here: every key may do everything");
    }
    return ExitCode.OK;
  }

  private static List<String> row(Roles.Role role) {
    return List.of(
        role.name(),
        String.join(",", role.verbs()),
        role.grants().stream().map(RoleListing::who).collect(Collectors.joining("; ")));
  }

  static String who(Roles.Grant grant) {
    return grant.subject()
        + (grant.branches().isEmpty() ? "" : " on " + String.join(",", grant.branches()))
        + (grant.tables().isEmpty() ? "" : " for " + String.join(",", grant.tables()));
  }
}
