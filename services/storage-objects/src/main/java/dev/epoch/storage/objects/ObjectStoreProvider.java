package dev.epoch.storage.objects;

import dev.epoch.storage.error.BadLocationException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Opens stores of one kind. Providers are found by {@link java.util.ServiceLoader}: a server has
 * those whose modules it is packaged with.
 */
public interface ObjectStoreProvider {

  /** Wire name of the kind, {@code s3}. */
  String backend();

  /** Schemes of its location URLs, the first of which is written. */
  List<String> schemes();

  /**
   * What a location URL says, as settings: the bucket or what is like it, and {@code prefix}, which
   * is empty or ends with a slash.
   *
   * @throws BadLocationException if it is none
   */
  Map<String, String> parse(String url);

  /** Names of settings that must not be shown, aliases too. */
  Set<String> secrets();

  /**
   * Opens the whole bucket, container or folder; nothing is connected to, except to look up the
   * address of an endpoint. The caller sees to {@code prefix}.
   *
   * @throws BadLocationException if the settings do not make sense
   */
  ObjectStore open(ObjectSettings settings, Surroundings surroundings) throws ObjectStoreException;
}
