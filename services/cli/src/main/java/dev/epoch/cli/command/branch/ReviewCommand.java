package dev.epoch.cli.command.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.text.Counts;
import dev.epoch.client.commit.Commit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch review}. */
@Command(
    name = "review",
    description = "Approve or reject the head of a branch, or list what was said about it.")
public final class ReviewCommand extends EpochSubcommand {

  @Parameters(
      index = "0",
      paramLabel = "<approve|reject|list>",
      description = "What to do; reject asks for changes.")
  private String action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<branch>",
      description = "The branch; the current one if none is given.")
  private String branch;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "<text>",
      description = "What there is to say.")
  private String message;

  @Option(
      names = "--commit",
      paramLabel = "<commit>",
      description = "That was looked at; refused if the branch stands elsewhere by now.")
  private String commit;

  /** The command in a session. */
  public ReviewCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String reviewed = branch == null ? session().branch() : branch;
    boolean listing = action.equals("list");
    if (!listing && !action.equals("approve") && !action.equals("reject")) {
      throw CommandFailure.usage("say approve, reject or list, not '" + action + "'");
    }
    if (listing && (message != null || commit != null)) {
      throw CommandFailure.usage("--message and --commit go with approve and reject");
    }
    JsonNode reviews =
        listing
            ? client().branches().reviews(reviewed)
            : client()
                .branches()
                .review(reviewed, action, commit == null ? null : session().ref(commit), message);
    if (output().json()) {
      output().json(reviews);
    } else if (listing) {
      reviews.path("reviews").forEach(this::line);
    } else {
      output()
          .confirm(
              "%s %s of %s (%s)"
                  .formatted(
                      action.equals("approve") ? "Approved" : "Rejected",
                      Commit.shortId(reviews.path("commit").asText()),
                      reviewed,
                      Counts.of(reviews.path("approvals").asLong(), "approval")));
    }
    return ExitCode.OK;
  }

  private void line(JsonNode review) {
    String comment = review.path("comment").asText("");
    output()
        .line(
            "%s %s %s%s%s"
                .formatted(
                    output().palette().yellow(Commit.shortId(review.path("commit").asText())),
                    review.path("verdict").asText(),
                    review.path("reviewer").asText(),
                    review.path("current").asBoolean() ? "" : " (the branch has moved on)",
                    review.path("comment").isNull() || comment.isEmpty() ? "" : ": " + comment));
  }
}
