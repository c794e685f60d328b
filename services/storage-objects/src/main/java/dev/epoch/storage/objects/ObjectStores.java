package dev.epoch.storage.objects;

import dev.epoch.storage.error.BadLocationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/** Opens object stores by their location URLs, or by the settings of a storage. */
public final class ObjectStores {
  private static final String PREFIX = "prefix";

  private final List<ObjectStoreProvider> providers;
  private final Surroundings surroundings;

  /** Stores of all kinds that the process has modules of. */
  public ObjectStores(Surroundings surroundings) {
    this(
        ServiceLoader.load(ObjectStoreProvider.class, ObjectStores.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList(),
        surroundings);
  }

  ObjectStores(List<ObjectStoreProvider> providers, Surroundings surroundings) {
    this.providers = List.copyOf(providers);
    this.surroundings = Objects.requireNonNull(surroundings, "surroundings");
  }

  /** Whether a location URL is of one of these stores. */
  public boolean recognises(String url) {
    return providers.stream().anyMatch(provider -> recognises(provider, url));
  }

  private static boolean recognises(ObjectStoreProvider provider, String url) {
    return provider.schemes().stream().anyMatch(scheme -> url.startsWith(scheme + "://"));
  }

  /**
   * Opens what lies below a location: keys are relative to it.
   *
   * @param url {@code file:///folder}, {@code s3://bucket/prefix}, {@code
   *     azure://account/container/prefix}, {@code gs://bucket/prefix}
   * @param settings of the storage: credentials, region, endpoint; a bucket and a prefix among them
   *     must be those of the URL, or lie above it
   * @throws BadLocationException if one of them does not make sense
   */
  public ObjectStore open(String url, Map<String, String> settings) throws ObjectStoreException {
    ObjectStoreProvider provider =
        providers.stream()
            .filter(each -> recognises(each, url))
            .findFirst()
            .orElseThrow(() ->
                new BadLocationException(
                    "No object store is meant by " + scheme(url),
                    "Locations begin with " + known()));
    Map<String, String> all = new HashMap<>(settings);
    provider
        .parse(url)
        .forEach((name, value) -> {
          String given = all.put(name, value);
          boolean agrees =
              given == null
                  || (name.equals(PREFIX) ? value.startsWith(folder(given)) : given.equals(value));
          if (!agrees) {
            throw new BadLocationException(
                "The location has the %s '%s', and the storage '%s'".formatted(name, value, given),
                "Use a location of this storage, or add a storage for it");
          }
        });
    return open(provider, all);
  }

  /**
   * Opens what the settings of a storage name: the bucket, and the prefix in it.
   *
   * @param backend {@code local}, {@code s3}, {@code azure} or {@code gcs}
   * @throws BadLocationException if they do not make sense
   */
  public ObjectStore openStorage(String backend, Map<String, String> settings)
      throws ObjectStoreException {
    return open(provider(backend), settings);
  }

  /** Which settings of a backend must not be shown. */
  public Set<String> secrets(String backend) {
    return new HashSet<>(provider(backend).secrets());
  }

  private ObjectStoreProvider provider(String backend) {
    return providers.stream()
        .filter(each -> each.backend().equals(backend))
        .findFirst()
        .orElseThrow(() ->
            new BadLocationException("There is no object store '%s'".formatted(backend), null));
  }

  private ObjectStore open(ObjectStoreProvider provider, Map<String, String> given)
      throws ObjectStoreException {
    ObjectSettings settings = new ObjectSettings(provider.backend(), given);
    String prefix = folder(settings.text(PREFIX, "path_prefix").orElse(""));
    ObjectStore store = provider.open(settings, surroundings);
    return prefix.isEmpty() ? store : new PrefixedObjectStore(store, prefix);
  }

  /** A prefix as the beginning of keys: empty, or names and a slash. */
  static String folder(String prefix) {
    String text = prefix;
    while (text.startsWith("/")) {
      text = text.substring(1);
    }
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    if (text.isEmpty()) {
      return "";
    }
    try {
      return ObjectKey.require(text) + "/";
    } catch (IllegalArgumentException e) {
      throw new BadLocationException(
          "The prefix '%s' is none: %s".formatted(prefix, e.getMessage()), null);
    }
  }

  private static String scheme(String url) {
    int end = url.indexOf("://");
    return end < 0 ? "a location without a scheme" : url.substring(0, end + 3);
  }

  private String known() {
    TreeSet<String> schemes = new TreeSet<>();
    providers.forEach(each -> schemes.add(each.schemes().getFirst() + "://"));
    return String.join(", ", schemes);
  }
}
