package dev.epoch.promoter;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Environments as promotion files have them. */
final class EnvironmentNode {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(s|m|h|d)");
  private static final Pattern HOURS = Pattern.compile("(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d)");

  private EnvironmentNode() {}

  /**
   * @param branches of all environments of the file, by name
   */
  static Environment environment(FileNode node, Map<String, String> branches) {
    node.onlyHas(
        "name",
        "branch",
        "from",
        "checks",
        "budget",
        "schema_changes",
        "schema_hazards",
        "drift",
        "soak",
        "approvals",
        "approvers",
        "schedule",
        "freeze");
    String name = node.text("name");
    String from = node.optionalText("from").orElse(null);
    if (from != null && (!branches.containsKey(from) || from.equals(name))) {
      throw node.wrong("from", "the name of another environment");
    }
    if (from == null) {
      for (String needless :
          List.of(
              "checks", "budget", "schema_hazards", "soak", "approvals", "schedule", "freeze")) {
        if (node.has(needless)) {
          throw node.wrong(needless, "left out: nothing is promoted to '" + name + "'");
        }
      }
    }
    return new Environment(
        name,
        branches.get(name),
        from == null ? null : branches.get(from),
        node.list("checks").stream().map(EnvironmentNode::check).toList(),
        node.part("budget")
            .map(EnvironmentNode::budget)
            .orElse(new Environment.Budget(null, null, null, null)),
        choice(node, "schema_changes", "allow", "refuse"),
        node.optionalText("schema_hazards")
            .map(text -> risk(node, text))
            .orElse(Hazards.Risk.CRITICAL),
        choice(node, "drift", "allow", "refuse"),
        node.optionalText("soak").map(text -> time(node, text)).orElse(Duration.ZERO),
        node.number("approvals").orElse(0L).intValue(),
        node.texts("approvers"),
        node.list("schedule").stream().map(EnvironmentNode::window).toList(),
        node.list("freeze").stream().map(EnvironmentNode::window).toList());
  }

  private static boolean choice(FileNode node, String field, String yes, String no) {
    String value = node.optionalText(field).orElse(yes);
    if (!value.equals(yes) && !value.equals(no)) {
      throw node.wrong(field, yes + " or " + no);
    }
    return value.equals(yes);
  }

  private static Hazards.Risk risk(FileNode node, String text) {
    for (Hazards.Risk risk : Hazards.Risk.values()) {
      if (risk.word().equals(text)) {
        return risk;
      }
    }
    throw node.wrong("schema_hazards", "none, low, medium, high or critical");
  }

  private static Environment.Check check(FileNode node) {
    node.onlyHas("name", "sql");
    return new Environment.Check(node.text("name"), node.text("sql"));
  }

  private static Environment.Budget budget(FileNode node) {
    node.onlyHas("inserted", "updated", "deleted", "total");
    return new Environment.Budget(
        node.number("inserted").orElse(null),
        node.number("updated").orElse(null),
        node.number("deleted").orElse(null),
        node.number("total").orElse(null));
  }

  /** {@code 90s}, {@code 30m}, {@code 12h}, {@code 2d}. */
  private static Duration time(FileNode node, String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw node.wrong("soak", "a time such as 90s, 30m, 12h or 2d");
    }
    long number = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  private static Window window(FileNode node) {
    node.onlyHas("from", "until", "days", "hours", "zone", "reason");
    ZoneId zone;
    try {
      zone = node.optionalText("zone").map(ZoneId::of).orElse(ZoneOffset.UTC);
    } catch (DateTimeException unknown) {
      throw node.wrong("zone", "a time zone such as Europe/Berlin");
    }
    LocalTime start = null;
    LocalTime end = null;
    if (node.has("hours")) {
      Matcher hours = HOURS.matcher(node.text("hours"));
      if (!hours.matches()) {
        throw node.wrong("hours", "such as 09:00-17:00");
      }
      try {
        start = LocalTime.parse(hours.group(1));
        end = hours.group(2).equals("24:00") ? LocalTime.MAX : LocalTime.parse(hours.group(2));
      } catch (DateTimeException wrong) {
        throw node.wrong("hours", "such as 09:00-17:00");
      }
    }
    Window window =
        new Window(
            instant(node, "from"),
            instant(node, "until"),
            days(node),
            start,
            end,
            zone,
            node.optionalText("reason").orElse(null));
    if (window.from() == null
        && window.until() == null
        && window.days().isEmpty()
        && window.start() == null) {
      throw node.wrong("from", "given, or until, days or hours");
    }
    return window;
  }

  private static Instant instant(FileNode node, String field) {
    try {
      return node.optionalText(field)
          .map(text -> OffsetDateTime.parse(text).toInstant())
          .orElse(null);
    } catch (DateTimeException wrong) {
      throw node.wrong(field, "a time such as 2026-12-24T00:00:00Z");
    }
  }

  private static Set<DayOfWeek> days(FileNode node) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String text : node.texts("days")) {
      DayOfWeek found = null;
      for (DayOfWeek day : DayOfWeek.values()) {
        if (text.length() >= 3 && day.name().startsWith(text.toUpperCase(Locale.ROOT))) {
          found = day;
        }
      }
      if (found == null) {
        throw node.wrong("days", "such as [sat, sun]");
      }
      days.add(found);
    }
    return days;
  }
}
