package dev.epoch.server.hostile;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Texts that break what is not careful. Each method gives the same text for the same numbers. */
final class Hostile {
  private static final List<String> PIECES =
      List.of(
          "'",
          "''",
          "\"",
          "\"\"",
          ";",
          "--",
          "/*",
          "*/",
          "$$",
          "$a$",
          "$1",
          "\\",
          "\\'",
          "E'",
          "U&\"",
          "`",
          "%",
          "%s",
          "%I",
          "%%",
          "%00",
          "%2e%2e",
          "{",
          "}",
          "(",
          ")",
          "[",
          "]",
          ",",
          ".",
          "..",
          "/",
          ":",
          "::",
          "@",
          "@{",
          "~",
          "^",
          "?",
          "*",
          "#",
          "&",
          "=",
          "+",
          "<",
          ">",
          "|",
          "!",
          " ",
          "a",
          "b",
          "A",
          "x1",
          "_",
          "-",
          "'; DROP TABLE canary; --",
          "\"; DROP TABLE canary; --",
          "$$; DROP TABLE canary; $$",
          "'); DELETE FROM canary; --",
          "' OR '1'='1",
          "public.canary",
          "\" CASCADE; --",
          "epoch",
          "epoch.tables",
          "select",
          "SELECT",
          "table",
          "user",
          "null",
          "NULL",
          "true",
          "pg_catalog",
          "__w_",
          "__v_",
          "main",
          "HEAD",
          "é",
          "e\u0301",
          "ß",
          "İ",
          "ı",
          "ſ",
          "K",
          "日本",
          "🌱",
          "👩‍👩‍👧",
          "а",
          "ο",
          "ﬁ",
          "ªº",
          "\u0301\u0301\u0301",
          "ﷺ",
          "नि",
          "＇",
          "；",
          "“",
          "’",
          "ʼ",
          "\u00a0",
          "\u3000",
          "\u200b",
          "\u00ad",
          "\ufeff",
          "𝖆",
          "\ud83c\udff4");

  private static final List<String> INVISIBLE =
      List.of(
          "\u0000",
          "\u0001",
          "\t",
          "\n",
          "\r",
          "\u001b[2J",
          "\u007f",
          "\u0085",
          "\u2028",
          "\u2029",
          "\u202e",
          "\u202a",
          "\u2066",
          "\u200f",
          "\u061c",
          "\ud800",
          "\udc00",
          "\ufffe",
          "\uffff");

  private Hostile() {}

  /** A name: mostly short, sometimes near a limit of bytes, sometimes huge, sometimes invisible. */
  static String name(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> exactly(random, 62 + random.nextInt(3));
      case 1 -> exactly(random, 243 + random.nextInt(3));
      case 2 -> random.nextInt(8) == 0 ? "x".repeat(65_536) : pieces(random, 3) + invisible(random);
      case 3 -> invisible(random) + pieces(random, 2);
      case 4 -> reserved(random);
      default -> pieces(random, 1 + random.nextInt(5));
    };
  }

  /** A name that PostgreSQL can keep: no zero, no half character, 1 to 63 bytes. */
  static String identifier(Random random) {
    String name =
        random.nextInt(6) == 0
            ? exactly(random, 62 + random.nextInt(2))
            : pieces(random, 1 + random.nextInt(4));
    return cut(wellFormed(name), 63);
  }

  /** A text that can be stored in a column: anything but zeros and half characters. */
  static String value(Random random) {
    String text =
        switch (random.nextInt(8)) {
          case 0 -> "";
          case 1 -> pieces(random, 40);
          case 2 -> pieces(random, 2) + invisible(random) + pieces(random, 2);
          case 3 -> reserved(random);
          default -> pieces(random, 1 + random.nextInt(6));
        };
    return wellFormed(text).replace("\u0000", "");
  }

  static String pieces(Random random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  static String invisible(Random random) {
    return INVISIBLE.get(random.nextInt(INVISIBLE.size()));
  }

  static String reserved(Random random) {
    List<String> words =
        List.of(
            "select",
            "from",
            "table",
            "user",
            "group",
            "order",
            "all",
            "analyse",
            "current_user",
            "default",
            "do",
            "null",
            "true",
            "tableoid",
            "ctid",
            "epoch_kind",
            "epoch_query",
            "oid",
            "public",
            "pg_temp",
            "information_schema",
            "merge",
            "checkout",
            "HEAD",
            "@",
            "-",
            "--help",
            ".",
            "..",
            "working",
            "con",
            "nul",
            "undefined",
            "NaN",
            "-1",
            "1e999");
    return words.get(random.nextInt(words.size()));
  }

  static String cut(String text, int bytes) {
    StringBuilder kept = new StringBuilder();
    int length = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      String character = Character.toString(point);
      length += character.getBytes(StandardCharsets.UTF_8).length;
      if (length > bytes) {
        break;
      }
      kept.append(character);
      i += character.length();
    }
    return kept.toString();
  }

  private static String exactly(Random random, int bytes) {
    String start = cut(pieces(random, 4), bytes);
    return start + "z".repeat(bytes - start.getBytes(StandardCharsets.UTF_8).length);
  }

  /** Without halves of surrogate pairs. */
  static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
