package dev.epoch.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** How the server writes its log: {@code EPOCH_LOG_FORMAT} and {@code EPOCH_LOG_FILE}. */
final class LogSettings {
  private LogSettings() {}

  /**
   * Properties of the application.
   *
   * @throws StartRefusedException if a variable makes no sense
   */
  static Map<String, String> from(Map<String, String> environment) {
    Map<String, String> properties = new HashMap<>();
    String format = value(environment, "EPOCH_LOG_FORMAT").toLowerCase(Locale.ROOT);
    if (format.equals("json")) {
      properties.put("quarkus.log.console.json.enabled", "true");
      properties.put("quarkus.log.file.json.enabled", "true");
    } else if (!format.isEmpty() && !format.equals("pretty")) {
      throw new StartRefusedException(
          "EPOCH_LOG_FORMAT is '%s': give pretty or json.".formatted(format));
    }
    String file = value(environment, "EPOCH_LOG_FILE");
    if (!file.isEmpty()) {
      Path path = Path.of(file).toAbsolutePath();
      if (Files.isDirectory(path)
          || path.getParent() == null
          || !Files.isWritable(Files.exists(path) ? path : path.getParent())) {
        throw new StartRefusedException(
            "EPOCH_LOG_FILE is '%s', where no file can be written: name a file in a folder that is there."
                .formatted(file));
      }
      properties.put("quarkus.log.file.enabled", "true");
      properties.put("quarkus.log.file.path", path.toString());
    }
    return properties;
  }

  private static String value(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, "").strip();
  }
}
