package dev.epoch.qa.process;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Makes two outputs comparable: ids are numbered in the order of their appearance, so that the same
 * id stays the same; times, positions and ports are taken away.
 */
public final class Printed {

  private static final Pattern ID = Pattern.compile("\\b[0-9a-f]{7}\\b");

  private final Map<String, String> ids = new LinkedHashMap<>();

  /** The text with neutral ids; what was seen in earlier texts keeps its number. */
  public String neutral(String text) {
    String timeless =
        text.strip()
            .replaceAll("(?m)[ \\t]+$", "")
            .replaceAll("\\b127\\.0\\.0\\.1:\\d+", "127.0.0.1:<port>")
            .replaceAll("(?m)^\\d+  \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<position>  <time>")
            .replaceAll("(?m)^Date:   .*$", "Date:   <date>");
    return ID.matcher(timeless)
        .replaceAll(found -> ids.computeIfAbsent(found.group(), id -> "<id" + ids.size() + ">"));
  }
}
