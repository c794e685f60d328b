package dev.epoch.cli.text;

import dev.epoch.client.commit.Commit;
import dev.epoch.client.commit.RepositoryStatus;
import dev.epoch.client.commit.TableChange;
import dev.epoch.client.merge.Conflict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The state of a branch as {@code epoch status} prints it. */
public final class StatusText {

  private final Palette palette;

  /** A text in colours. */
  public StatusText(Palette palette) {
    this.palette = Objects.requireNonNull(palette, "palette");
  }

  /**
   * The long form.
   *
   * @param conflicts those of the open merge, if there is one
   */
  public List<String> full(RepositoryStatus status, List<Conflict> conflicts) {
    List<String> lines = new ArrayList<>();
    lines.add("On branch " + status.branch());
    if (status.commitId() == null) {
      lines.add("");
      lines.add("No commits yet");
    }
    List<Conflict> open = conflicts.stream().filter(conflict -> conflict.open() > 0).toList();
    if (status.merging()) {
      lines.addAll(merge(open, status));
    } else if (status.replaying() != null) {
      lines.addAll(replay(status.replaying(), status.toReplay()));
    }
    lines.addAll(
        changes(
            "Changes to be committed:",
            "  (use \"epoch unstage <table>...\" to unstage)",
            status.staged(),
            true));
    lines.addAll(
        changes(
            "Changes not staged for commit:",
            "  (use \"epoch stage <table>...\" to choose what will be committed)",
            status.unstaged(),
            false));
    lines.addAll(untracked(status));
    lines.addAll(unrecorded(status));
    lines.addAll(uncaptured(status));
    if (status.merging()) {
      return lines;
    }
    if (status.staged().isEmpty() && status.unstaged().isEmpty()) {
      if (status.commitId() == null
          || !status.untracked().isEmpty()
          || !status.unrecorded().isEmpty()
          || !status.uncaptured().isEmpty()) {
        lines.add("");
      }
      lines.add(
          !status.uncaptured().isEmpty()
              ? "nothing to commit is known of, but changes may have been missed"
              : status.untracked().isEmpty()
                  ? "nothing to commit, working tree clean"
                  : "nothing to commit, but untracked tables are there");
    } else if (status.staged().isEmpty()) {
      lines.add("");
      lines.add("nothing staged: \"epoch commit\" takes every change");
    }
    return lines;
  }

  private List<String> untracked(RepositoryStatus status) {
    if (status.untracked().isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("Untracked tables:");
    lines.add(
        "  (use \"epoch table add <table>... --branch "
            + status.branch()
            + "\" to version what was made on the branch)");
    lines.add("");
    status.untracked().forEach(table -> lines.add(palette.red("  " + table)));
    return lines;
  }

  private List<String> unrecorded(RepositoryStatus status) {
    if (status.unrecorded().isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("Views and functions that no commit has recorded:");
    lines.add("  (use \"epoch commit --include-schema\": merges bring what is recorded)");
    lines.add("");
    status.unrecorded().forEach(object -> lines.add(palette.red("  " + object)));
    return lines;
  }

  private List<String> uncaptured(RepositoryStatus status) {
    if (status.uncaptured().isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("Tables whose changes may not have been captured:");
    lines.add("  (no commit takes them until \"epoch table rescan <table>\" has looked)");
    lines.add("");
    status
        .uncaptured()
        .forEach(table -> lines.add(palette.red("  " + table.table() + ": " + table.problem())));
    return lines;
  }

  private static String doing(String verb) {
    return switch (verb) {
      case "revert" -> "reverting";
      case "cherry-pick" -> "cherry-picking";
      case "rebase" -> "rebasing";
      default -> "merging";
    };
  }

  /** It stopped without a conflict, as where a hook or check forbids a commit. */
  private static List<String> replay(String verb, int remaining) {
    return List.of(
        "You are currently " + doing(verb) + ", with " + Counts.of(remaining, "commit") + " to go.",
        "  (use \"epoch " + verb + " --continue\" to go on)",
        "  (use \"epoch " + verb + " --skip\" to leave the next commit out)",
        "  (use \"epoch " + verb + " --abort\" to abort the " + verb + ")");
  }

  /** What waits, and the options that go on and give up. */
  private List<String> merge(List<Conflict> open, RepositoryStatus status) {
    String verb = status.verb();
    if (open.isEmpty()) {
      return List.of(
          "All conflicts fixed but you are still " + doing(verb) + ".",
          "  (use \"epoch " + verb + " --continue\" to conclude " + verb + ")");
    }
    List<Conflict> records = open.stream().filter(conflict -> !conflict.aboutDefinition()).toList();
    List<Conflict> constraints = open.stream().filter(Conflict::aboutDefinition).toList();
    List<String> lines = new ArrayList<>();
    boolean replay = !verb.equals("merge");
    if (replay) {
      String where =
          status.nextToReplay() == null
              ? "."
              : ": stopped at %s, with %s to go."
                  .formatted(
                      Commit.shortId(status.nextToReplay()),
                      Counts.of(status.toReplay(), "commit"));
      lines.add("You are currently " + doing(verb) + where);
    }
    lines.add("You have unmerged paths.");
    if (!records.isEmpty()) {
      lines.add("  (fix conflicts and run \"epoch " + verb + " --continue\")");
      if (replay) {
        lines.add("  (use \"epoch " + verb + " --skip\" to leave this commit out)");
      }
      lines.add("  (use \"epoch " + verb + " --abort\" to abort the " + verb + ")");
      lines.add("");
      lines.add("Unmerged paths:");
      Map<String, Long> counts = new LinkedHashMap<>();
      records.forEach(conflict -> counts.merge(conflict.table(), conflict.open(), Long::sum));
      counts.forEach((table, count) ->
          lines.add(
              palette.red(
                  "  both modified:   " + table + " (" + Counts.of(count, "conflict") + ")")));
    }
    if (!constraints.isEmpty()) {
      lines.add("");
      lines.add("Constraint conflicts:");
      lines.add("  (use \"epoch resolve <constraint>\" to mark resolution)");
      lines.add("");
      constraints.forEach(conflict ->
          lines.add(
              palette.red("  %-17s%s".formatted(how(conflict), ConflictText.path(conflict)))));
    }
    return lines;
  }

  private static String how(Conflict part) {
    Conflict.Field first = part.fields().isEmpty() ? null : part.fields().getFirst();
    if (first == null) {
      return "both modified:";
    }
    return first.ours().isNull()
        ? "deleted by us:"
        : first.theirs().isNull()
            ? "deleted by them:"
            : first.base().isNull() ? "both added:" : "both modified:";
  }

  private List<String> changes(
      String title, String hint, List<TableChange> changes, boolean staged) {
    List<String> lines = new ArrayList<>();
    if (!changes.isEmpty()) {
      lines.add("");
      lines.add(title);
      lines.add(hint);
      lines.add("");
      for (TableChange change : changes) {
        String line = "  " + verb(change) + change.table() + amount(change);
        lines.add(staged ? palette.green(line) : palette.red(line));
        change.schemaChanges().stream()
            .map(item -> "      schema changed: " + item)
            .map(item -> staged ? palette.green(item) : palette.red(item))
            .forEach(lines::add);
      }
    }
    return lines;
  }

  private static String verb(TableChange change) {
    return switch (change.kind()) {
      case ADDED -> "new table:  ";
      case MODIFIED -> "modified:   ";
      case REMOVED -> "removed:    ";
    };
  }

  private static String amount(TableChange change) {
    String records = Counts.changes(change.inserted(), change.updated(), change.deleted());
    boolean modified = change.kind() == TableChange.Kind.MODIFIED;
    String schema =
        modified && change.schemaChanged() && change.schemaChanges().isEmpty()
            ? "schema changed"
            : "";
    String separator = records.isEmpty() || schema.isEmpty() ? "" : ", ";
    return records.isEmpty() && schema.isEmpty() ? "" : " (" + schema + separator + records + ")";
  }

  /** One line for each table, as {@code git status --short} has it. */
  public List<String> brief(RepositoryStatus status, List<Conflict> conflicts) {
    Set<String> unmerged = new TreeSet<>();
    conflicts.stream()
        .filter(conflict -> conflict.open() > 0)
        .forEach(conflict -> unmerged.add(conflict.table()));
    Map<String, char[]> tables = new TreeMap<>();
    status.staged().forEach(change -> mark(tables, change, 0));
    status.unstaged().forEach(change -> mark(tables, change, 1));
    unmerged.forEach(table -> tables.put(table, new char[] {'U', 'U'}));
    status.untracked().forEach(table -> tables.putIfAbsent(table, new char[] {'?', '?'}));
    List<String> lines = new ArrayList<>();
    tables.forEach((table, marks) ->
        lines.add(
            palette.green(String.valueOf(marks[0]))
                + palette.red(String.valueOf(marks[1]))
                + " "
                + table));
    return lines;
  }

  private static void mark(Map<String, char[]> tables, TableChange change, int place) {
    char[] marks = tables.computeIfAbsent(change.table(), table -> new char[] {' ', ' '});
    marks[place] =
        switch (change.kind()) {
          case ADDED -> 'A';
          case MODIFIED -> 'M';
          case REMOVED -> 'D';
        };
  }
}
