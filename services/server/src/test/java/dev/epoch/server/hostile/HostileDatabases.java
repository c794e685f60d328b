package dev.epoch.server.hostile;

import dev.epoch.server.DatabasesForTests;
import java.util.HashMap;
import java.util.Map;

/** The databases of all tests, and queries that may run for a moment only. */
public final class HostileDatabases extends DatabasesForTests {
  /** How long a query may run, in milliseconds. */
  static final int QUERY_MILLISECONDS = 1_000;

  @Override
  public Map<String, String> start() {
    Map<String, String> settings = new HashMap<>(super.start());
    settings.put("epoch.query.timeout", QUERY_MILLISECONDS + "ms");
    settings.put("epoch.query.max-limit", "2000");
    return settings;
  }
}
