package dev.epoch.gateway.stream;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Places between two steps where a test can end the process, or make it fail. */
@FunctionalInterface
public interface Failpoints {
  Failpoints NONE = name -> {};

  /** Called when the place is reached. */
  void reach(String name);

  /**
   * From a setting such as {@code commit.applied=halt,merge.prepared=fail}: {@code halt} ends the
   * process at once, as SIGKILL would; {@code fail} throws.
   */
  static Failpoints of(String setting) {
    if (setting == null || setting.isBlank()) {
      return NONE;
    }
    Map<String, String> actions =
        Arrays.stream(setting.split(","))
            .map(entry -> entry.trim().split("=", 2))
            .collect(
                Collectors.toMap(parts -> parts[0], parts -> parts.length > 1 ? parts[1] : "halt"));
    return name -> {
      String action = actions.get(name);
      if ("halt".equals(action)) {
        Runtime.getRuntime().halt(137);
      } else if ("fail".equals(action)) {
        throw new IllegalStateException("failpoint " + name);
      }
    };
  }
}
