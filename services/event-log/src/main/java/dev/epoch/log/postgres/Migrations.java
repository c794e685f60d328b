package dev.epoch.log.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The tables that one module needs in the metadata database, as scripts that are applied once each.
 *
 * <p>A script that was released never changes; a new one is added at the end.
 *
 * @param module unique name, kept in the database
 * @param beside a class in the package (and class loader) of the scripts
 * @param scripts file names, in the order to apply them; several statements each, in schema {@code
 *     epoch}
 */
public record Migrations(String module, Class<?> beside, List<String> scripts) {
  public Migrations {
    Objects.requireNonNull(module, "module");
    Objects.requireNonNull(beside, "beside");
    scripts = List.copyOf(scripts);
    if (scripts.stream().distinct().count() != scripts.size()) {
      throw new IllegalArgumentException("a script twice: " + scripts);
    }
  }

  String text(String script) {
    try (InputStream in = beside.getResourceAsStream(script)) {
      if (in == null) {
        throw new IllegalStateException("No resource " + script + " beside " + beside.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
