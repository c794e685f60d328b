package dev.epoch.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Loads the sample database of the quick start, by the script of its authors; {@code
 * bin/sample-database} runs this.
 *
 * <p>The URL of the sample goes to standard output, everything else to standard error. The exit
 * code is 0 also when the sample was there before, and 1 when it could not be loaded.
 */
public final class SampleDatabase {

  private static final String NAME = "chinook";

  /** What stands above is for psql: it makes the database and connects to it. */
  private static final String FIRST_LINE = "\\c chinook;";

  private SampleDatabase() {}

  /**
   * @param arguments the script, and the URL of any database on the server to load it into
   */
  public static void main(String[] arguments) throws IOException {
    try {
      MetadataDatabaseUrl server = MetadataDatabaseUrl.parse(arguments[1]);
      MetadataDatabaseUrl sample = named(server, NAME);
      createIfMissing(server);
      load(sample, script(Path.of(arguments[0])));
      System.out.println(sample.withCredentials());
    } catch (StartRefusedException | SQLException refusal) {
      System.err.println("The sample database was not loaded. " + refusal.getMessage());
      System.exit(1);
    }
  }

  private static void createIfMissing(MetadataDatabaseUrl server) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      if (number(statement, "SELECT count(*) FROM pg_database WHERE datname = '" + NAME + "'")
          == 0) {
        statement.execute("CREATE DATABASE " + NAME);
      }
    }
  }

  /** All of it or nothing: one transaction. */
  private static void load(MetadataDatabaseUrl sample, String script) throws SQLException {
    try (Connection connection = connect(sample);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      String before = "is already there, with";
      if (tables(statement) == 0) {
        statement.execute(script);
        before = "now has";
      }
      System.err.printf(
          "Database '%s' on %s:%d %s %d tables.%n",
          NAME, sample.host(), sample.port(), before, tables(statement));
      connection.commit();
    }
  }

  private static long tables(Statement statement) throws SQLException {
    return number(
        statement,
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'");
  }

  private static String script(Path file) throws IOException {
    String whole = Files.readString(file);
    int first = whole.indexOf(FIRST_LINE);
    if (first < 0) {
      throw new StartRefusedException(file + " does not look like the sample's script.");
    }
    return whole.substring(first + FIRST_LINE.length());
  }

  private static MetadataDatabaseUrl named(MetadataDatabaseUrl url, String database) {
    return new MetadataDatabaseUrl(
        url.host(), url.port(), database, url.user(), url.password(), url.parameters());
  }

  private static Connection connect(MetadataDatabaseUrl url) throws SQLException {
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    Map<String, String> settings = new LinkedHashMap<>(url.parameters());
    settings.put("user", url.user());
    url.password().ifPresent(password -> settings.put("password", password));
    settings.put("preferQueryMode", "simple");
    Properties properties = new Properties();
    properties.putAll(settings);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + host + ":" + url.port() + "/" + url.database(), properties);
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }
}
