package dev.epoch.storage.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of the two a server is, and its version. What they spell differently is here.
 *
 * @param mariadb whether it is MariaDB
 */
record Flavour(boolean mariadb, int major, int minor) {
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)");

  /** Of a connection; what the server said when it was opened, without asking again. */
  static Flavour of(Connection connection) throws SQLException {
    return of(connection.getMetaData().getDatabaseProductVersion());
  }

  /**
   * @param version as the server tells it: {@code 8.4.2}, {@code 11.4.5-MariaDB}, {@code
   *     5.5.5-10.11.19-MariaDB}
   */
  static Flavour of(String version) {
    boolean mariadb = version.contains("MariaDB");
    Matcher numbers = NUMBERS.matcher(version.replaceFirst("^5\\.5\\.5-(?=\\d)", ""));
    if (!numbers.find()) {
      return new Flavour(mariadb, 0, 0);
    }
    return new Flavour(
        mariadb, Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
  }

  String product() {
    return mariadb ? "MariaDB" : "MySQL";
  }

  /** Whether Epoch's statements are known to it. */
  boolean supported() {
    return mariadb ? atLeast(10, 6) : atLeast(8, 0);
  }

  boolean atLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || major == otherMajor && minor >= otherMinor;
  }

  /** Seconds that statements wait for locks of rows behind the gate: as few as the server takes. */
  int leastLockWait() {
    return mariadb ? 0 : 1;
  }
}
