package dev.epoch.wire;

import dev.epoch.wire.message.ErrorMessage;
import java.util.List;

/** What clients are told that get no session, with PostgreSQL's own codes. */
final class Refusals {
  private static final String NO_DATABASE = "3D000";

  private Refusals() {}

  static ErrorMessage noDatabase(String name) {
    return new ErrorMessage(
        NO_DATABASE,
        "database \"%s\" does not exist".formatted(name),
        "No storage of this Epoch server has a database, and none of its repositories has tables, under this name.",
        "epoch branch url prints the URL of a branch.");
  }

  static ErrorMessage severalDatabases(String name, List<String> names) {
    return new ErrorMessage(
        NO_DATABASE,
        "database \"%s\" means several databases".formatted(name),
        names.isEmpty() ? null : "There are " + String.join(", ", names) + ".",
        "Name one as repository.storage@branch; epoch branch url prints the URL.");
  }

  static ErrorMessage noBranch(String ref, String repository, List<String> near) {
    return new ErrorMessage(
        NO_DATABASE,
        "Repository \"%s\" has no branch, tag or commit \"%s\"".formatted(repository, ref),
        near.isEmpty() ? null : "There are " + String.join(", ", near) + ".",
        "epoch branch list shows all branches.");
  }

  static ErrorMessage away(String name) {
    return unavailable(
        "The database of \"%s\" cannot be reached".formatted(name),
        "epoch doctor looks at the storages.");
  }

  static ErrorMessage unavailable(String message, String remedy) {
    return new ErrorMessage("08006", message, null, remedy);
  }

  static ErrorMessage other(String message, String remedy) {
    return new ErrorMessage("XX000", message, null, remedy);
  }

  static ErrorMessage malformed(String message) {
    return new ErrorMessage("08P01", message, null, null);
  }

  static ErrorMessage version(int major, int minor) {
    return new ErrorMessage(
        "0A000",
        "unsupported frontend protocol %d.%d: the gateway supports 3.0 and later 3.x"
            .formatted(major, minor),
        null,
        null);
  }

  static ErrorMessage noUser() {
    return new ErrorMessage(
        "28000", "no PostgreSQL user name specified in startup packet", null, null);
  }

  static ErrorMessage replication() {
    return new ErrorMessage(
        "0A000",
        "The gateway passes on no replication",
        "A stream of the write-ahead log knows no branches.",
        "Connect to the database itself.");
  }

  static ErrorMessage tooMany(int most) {
    return new ErrorMessage(
        "53300",
        "sorry, too many clients already",
        "The gateway holds %d connections at most.".formatted(most),
        "Set EPOCH_GATEWAY_MAX_CONNECTIONS.");
  }

  static ErrorMessage starting() {
    return new ErrorMessage("57P03", "the Epoch server is starting up", null, "Try again.");
  }

  static ErrorMessage stopping() {
    return new ErrorMessage("57P01", "the Epoch server is stopping", null, "Connect again later.");
  }

  static ErrorMessage channelBinding() {
    return new ErrorMessage(
        "08P01",
        "The login cannot be bound to the channel",
        "TLS ends at the gateway, and the database takes a client that would bind its login to it, and does not, for one under attack.",
        "Add channel_binding=disable to the connection string (JDBC: channelBinding=disable).");
  }

  static ErrorMessage notOnBranch(String name) {
    return new ErrorMessage(
        "EP002",
        "The session does not stand on \"%s\", and is ended".formatted(name),
        "The database did not take the startup parameters search_path and epoch.branch. A pooler between it and the gateway keeps them to itself.",
        "Let the storage name the database itself, and put the pooler before the gateway, with dbname=%s; or try again if the branch has just been renamed."
            .formatted(name));
  }

  static ErrorMessage poolerRefuses(String message) {
    return new ErrorMessage(
        "08P01",
        message,
        "The storage leads to a pooler, which does not pass on the startup parameters that put a session on a branch.",
        "Let the storage name the database itself, and put the pooler before the gateway.");
  }
}
