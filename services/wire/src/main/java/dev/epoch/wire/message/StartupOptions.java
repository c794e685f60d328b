package dev.epoch.wire.message;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings in the startup parameter {@code options}, as PostgreSQL reads it: words separated by
 * white space, in which a backslash takes away the meaning of what follows; {@code -c name=value},
 * {@code -cname=value} and {@code --name=value}. Of several the last one counts.
 */
public final class StartupOptions {
  private StartupOptions() {}

  /** The settings by their names, in lower case. */
  public static Map<String, String> settings(String options) {
    Map<String, String> settings = new LinkedHashMap<>();
    List<String> words = words(options);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("-c") && i + 1 < words.size()) {
        put(settings, words.get(++i));
      } else if (word.startsWith("-c") || word.startsWith("--")) {
        put(settings, word.substring(2));
      }
    }
    return settings;
  }

  private static void put(Map<String, String> settings, String assignment) {
    int equals = assignment.indexOf('=');
    if (equals > 0) {
      settings.put(
          assignment.substring(0, equals).replace('-', '_').toLowerCase(Locale.ROOT),
          assignment.substring(equals + 1));
    }
  }

  private static List<String> words(String options) {
    List<String> words = new ArrayList<>();
    StringBuilder word = null;
    for (int i = 0; i < options.length(); i++) {
      char c = options.charAt(i);
      if (" \t\n\r\f\u000b".indexOf(c) >= 0) {
        if (word != null) {
          words.add(word.toString());
          word = null;
        }
        continue;
      }
      word = word == null ? new StringBuilder() : word;
      if (c == '\\' && i + 1 < options.length()) {
        c = options.charAt(++i);
      }
      word.append(c);
    }
    if (word != null) {
      words.add(word.toString());
    }
    return words;
  }
}
