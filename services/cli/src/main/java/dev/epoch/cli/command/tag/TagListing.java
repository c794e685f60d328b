package dev.epoch.cli.command.tag;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.tag.Tag;

/** Lists and makes tags. */
abstract class TagListing extends EpochSubcommand {

  TagListing(Session session) {
    super(session);
  }

  /**
   * Prints the tags.
   *
   * @param pattern of their names, or null for all
   */
  final ExitCode list(String pattern) {
    Tag.Listing listing = client().tags().list(pattern);
    if (output().json()) {
      output().json(listing);
    } else {
      listing.tags().forEach(tag -> output().line(line(tag)));
    }
    return ExitCode.OK;
  }

  /** With {@code --verbose} also the commit and the first line of the message. */
  private String line(Tag tag) {
    if (!session().options().verbose()) {
      return tag.name();
    }
    String message = tag.message() == null ? "" : tag.message().lines().findFirst().orElse("");
    return (tag.name() + "  " + Commit.shortId(tag.commitId()) + "  " + message).stripTrailing();
  }

  /**
   * Makes a tag.
   *
   * @param target null for HEAD
   * @param message null for none
   */
  final ExitCode create(String name, String target, String message, boolean force) {
    String ref = session().ref(target == null ? "HEAD" : target);
    Tag tag = client().tags().create(name, ref, message, force);
    session().workspaceOfRepository().ifPresent(found -> found.sawTag(name, tag.commitId()));
    if (output().json()) {
      output().json(tag);
    } else {
      output()
          .confirm(
              "Created tag '"
                  + tag.name()
                  + "' at "
                  + output().palette().yellow(Commit.shortId(tag.commitId())));
    }
    return ExitCode.OK;
  }
}
