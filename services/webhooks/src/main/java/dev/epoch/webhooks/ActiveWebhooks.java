package dev.epoch.webhooks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Webhooks that are active, by repository and type of event. Never changes. */
final class ActiveWebhooks {
  /** Known to nobody. */
  static final ActiveWebhooks UNKNOWN = new ActiveWebhooks(-1, -1, Map.of());

  /** In place of a type: all of them. */
  private static final String ANY = "";

  private final long upTo;
  private final long version;
  private final Map<String, Map<String, List<StoredWebhook>>> byRepositoryAndType;

  ActiveWebhooks(long upTo, long version, List<StoredWebhook> webhooks) {
    this(upTo, version, indexed(webhooks));
  }

  private ActiveWebhooks(
      long upTo, long version, Map<String, Map<String, List<StoredWebhook>>> byRepositoryAndType) {
    this.upTo = upTo;
    this.version = version;
    this.byRepositoryAndType = byRepositoryAndType;
  }

  private static Map<String, Map<String, List<StoredWebhook>>> indexed(
      List<StoredWebhook> webhooks) {
    Map<String, Map<String, List<StoredWebhook>>> index = new HashMap<>();
    webhooks.stream()
        .collect(Collectors.groupingBy(stored -> stored.webhook().repository()))
        .forEach((repository, all) -> index.put(repository, byType(all)));
    return index;
  }

  private static Map<String, List<StoredWebhook>> byType(List<StoredWebhook> webhooks) {
    return webhooks.stream()
        .flatMap(stored -> types(stored.webhook()).map(type -> Map.entry(type, stored)))
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  private static Stream<String> types(Webhook webhook) {
    return webhook.events().isEmpty() ? Stream.of(ANY) : webhook.events().stream().distinct();
  }

  /** The same ones, also for events up to a later position. */
  ActiveWebhooks goodUpTo(long later) {
    return new ActiveWebhooks(later, version, byRepositoryAndType);
  }

  /**
   * Position up to which the log had been written: for events up to it, none that was acknowledged
   * before they were appended is missing.
   */
  long upTo() {
    return upTo;
  }

  /** Of the table that they were read from. */
  long version() {
    return version;
  }

  /** Whether a repository has any. */
  boolean any(String repository) {
    return byRepositoryAndType.containsKey(repository);
  }

  /** Those that want events of this type, from some branches and tables, and are older than it. */
  List<StoredWebhook> candidates(String repository, String type, long position) {
    Map<String, List<StoredWebhook>> ofRepository =
        byRepositoryAndType.getOrDefault(repository, Map.of());
    return Stream.of(type, ANY)
        .flatMap(key -> ofRepository.getOrDefault(key, List.of()).stream())
        .filter(stored -> stored.afterPosition() < position)
        .toList();
  }
}
