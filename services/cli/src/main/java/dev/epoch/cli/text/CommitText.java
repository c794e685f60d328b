package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.TableChange;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Commits as {@code epoch log} prints them. */
public final class CommitText {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy", Locale.ENGLISH);

  private final Palette palette;
  private final ZoneId zone;

  /** A text in colours and in a time zone. */
  public CommitText(Palette palette, ZoneId zone) {
    this.palette = Objects.requireNonNull(palette, "palette");
    this.zone = Objects.requireNonNull(zone, "zone");
  }

  /**
   * One line.
   *
   * @param names branches that end here, or none
   */
  public String oneLine(Commit commit, List<String> names) {
    return palette.yellow(commit.shortId()) + decoration(names) + " " + title(commit);
  }

  /**
   * All there is to say, without an empty line at the end.
   *
   * @param names branches that end here, or none
   */
  public List<String> full(Commit commit, List<String> names) {
    List<String> lines = new ArrayList<>(header(commit, names));
    if (!commit.tables().isEmpty()) {
      lines.add("");
      lines.add(
          "    Tables: "
              + String.join(", ", commit.tables().stream().map(TableChange::table).toList()));
    }
    String stats = stats(commit);
    if (!stats.isEmpty()) {
      lines.add("    Stats: " + stats);
    }
    return lines;
  }

  /** Id, author, date and message. */
  public List<String> header(Commit commit, List<String> names) {
    List<String> lines = new ArrayList<>();
    lines.add(palette.yellow("commit " + commit.shortId()) + decoration(names));
    if (commit.parents().size() > 1) {
      lines.add(
          "Merge: " + String.join(" ", commit.parents().stream().map(Commit::shortId).toList()));
    }
    lines.add("Author: " + person(commit.authorName(), commit.authorEmail()));
    if (commit.committerName() != null && !commit.committerName().equals(commit.authorName())) {
      String email = commit.committerEmail() == null ? "" : " <" + commit.committerEmail() + ">";
      lines.add("Commit: " + commit.committerName() + email);
    }
    lines.add("Date:   " + date(commit.createdAt()));
    lines.add("");
    commit.message().lines().forEach(line -> lines.add(line.isEmpty() ? "" : "    " + line));
    return lines;
  }

  /** What the commit records of schemas, a line each database; none if it records nothing. */
  public static List<String> schemas(Commit commit) {
    List<String> lines = new ArrayList<>();
    for (JsonNode schema : commit.json().path("schemas")) {
      String storage = schema.path("storage").asText();
      lines.add(
          schema.path("available").asBoolean()
              ? "  schema of %s: %s, hash %s%s"
                  .formatted(
                      storage,
                      Counts.of(schema.path("objects").asLong(), "object"),
                      schema.path("schema_hash").asText().substring(0, Commit.SHORT_ID),
                      schema.path("backfilled").asBoolean() ? ", read later" : "")
              : "  schema of " + storage + ": unavailable");
    }
    return lines;
  }

  /** A name with its address, or what there is of them. */
  public static String person(String name, String email) {
    String address = email == null || email.isBlank() ? "" : "<" + email + ">";
    String named = name == null ? "" : name;
    String person = (named + " " + address).strip();
    return person.isEmpty() ? "anonymous" : person;
  }

  /** The first line of the message. */
  public static String title(Commit commit) {
    return commit.message().lines().findFirst().orElse("");
  }

  /** A time in the zone of the reader, as git prints it; as it is where it is no time. */
  public String date(String time) {
    try {
      return OffsetDateTime.parse(time).atZoneSameInstant(zone).format(DATE);
    } catch (DateTimeException notATime) {
      return time;
    }
  }

  private static String stats(Commit commit) {
    if (commit.records() > 0) {
      return Counts.changes(commit.inserted(), commit.updated(), commit.deleted());
    }
    boolean schema = commit.tables().stream().anyMatch(TableChange::schemaChanged);
    return schema ? "schema changed" : "";
  }

  private String decoration(List<String> names) {
    return names.isEmpty() ? "" : palette.green(" (" + String.join(", ", names) + ")");
  }
}
