package dev.epoch.storage.objects.disk;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.objects.ObjectSettings;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.ObjectStoreProvider;
import dev.epoch.storage.objects.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens folders of the server: {@code file:///folder}. */
public final class DiskObjectStoreProvider implements ObjectStoreProvider {
  private static final String FORM = "file:///folder";

  @Override
  public String backend() {
    return "local";
  }

  @Override
  public List<String> schemes() {
    return List.of("file");
  }

  @Override
  public Map<String, String> parse(String url) {
    String path = url.substring("file://".length());
    if (!path.startsWith("/")) {
      throw new BadLocationException("The location names no absolute path", FORM);
    }
    return Map.of("path", path);
  }

  @Override
  public Set<String> secrets() {
    return Set.of();
  }

  /** Makes the folder where it is missing, unless {@code create_dirs} is off. */
  @Override
  public ObjectStore open(ObjectSettings settings, Surroundings surroundings)
      throws ObjectStoreException {
    Path folder = folder(settings.required("path", "base_path"));
    boolean create = settings.text("create_dirs").isEmpty() || settings.flag("create_dirs");
    settings.refuseOthers();
    surroundings.files().check(folder);
    try {
      if (create) {
        Files.createDirectories(folder);
      }
      return new DiskObjectStore(folder);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new ObjectStoreException(
          Kind.DENIED,
          "The server's user may not make or read the folder %s (%s); give it the right"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  private static Path folder(String text) {
    try {
      Path folder = Path.of(text);
      if (folder.isAbsolute()) {
        return folder.normalize();
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw new BadLocationException(
        "'%s' is no absolute path".formatted(text), "Give the whole path of a folder, from /");
  }
}
