package dev.epoch.api.access;

import dev.epoch.api.request.Need;
import dev.epoch.model.access.Verb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The table of {@code operations.txt}: what each operation needs. */
public final class Operations {
  private static final String FILE = "operations.txt";
  private static final String ALL_READS = "GET";

  private final Map<String, Need> lines;

  private Operations(Map<String, Need> lines) {
    this.lines = Map.copyOf(lines);
  }

  /** Reads the table. */
  public static Operations read() {
    Map<String, Need> lines = new HashMap<>();
    try (InputStream file = Operations.class.getResourceAsStream(FILE);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(line -> {
            String[] words = line.strip().split("\\s+", 3);
            if (lines.put(words[0] + " " + words[1], need(words[2])) != null) {
              throw new IllegalStateException(
                  FILE + " has two lines for " + words[0] + " " + words[1]);
            }
          });
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new Operations(lines);
  }

  private static Need need(String text) {
    if (text.equals("any")) {
      return new Need.Nothing();
    }
    return text.startsWith("server ")
        ? new Need.AtServer(verb(text.substring("server ".length())))
        : new Need.InRepository(verb(text));
  }

  private static Verb verb(String name) {
    return Verb.of(name).orElseThrow(() -> new IllegalStateException("no verb: " + name));
  }

  /**
   * What an operation needs; empty if the table does not say it.
   *
   * @param resource its class; a method that it inherits has the line of the class that has it
   * @param reads whether it is a GET
   */
  public Optional<Need> of(Class<?> resource, String method, boolean reads) {
    return line(resource, method, reads).map(lines::get);
  }

  /** Key of the line that counts. */
  public Optional<String> line(Class<?> resource, String method, boolean reads) {
    for (Class<?> type = resource;
        type != null && type != Object.class;
        type = type.getSuperclass()) {
      String name = name(type);
      if (lines.containsKey(name + " " + method)) {
        return Optional.of(name + " " + method);
      }
      if (reads && lines.containsKey(name + " " + ALL_READS)) {
        return Optional.of(name + " " + ALL_READS);
      }
    }
    return Optional.empty();
  }

  /** {@code branch.BranchesResource}, {@code catalog.BranchesResource}. */
  private static String name(Class<?> type) {
    String name = type.getName();
    // a proxy of the container
    int end = name.indexOf("_Subclass");
    String own = end < 0 ? name : name.substring(0, end);
    return own.replace("dev.epoch.api.", "").replace("dev.epoch.catalog.api.", "catalog.");
  }

  /** Keys of all lines. */
  public Set<String> keys() {
    return lines.keySet();
  }
}
