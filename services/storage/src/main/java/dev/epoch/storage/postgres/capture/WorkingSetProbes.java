package dev.epoch.storage.postgres.capture;

import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds which of many working sets have entries, in one round trip. */
public final class WorkingSetProbes {
  private WorkingSetProbes() {}

  /**
   * @param workingSets relations by table id
   * @return ids of tables that were written since the last commit, also if nothing came of it
   */
  public static Set<String> touched(Session session, Map<String, String> workingSets) {
    if (workingSets.isEmpty()) {
      return Set.of();
    }
    List<String> probes = new ArrayList<>();
    workingSets.forEach((id, relation) ->
        probes.add(
            "SELECT %s::text WHERE EXISTS (SELECT FROM %s)"
                .formatted(Quote.literal(id), relation)));
    return new HashSet<>(session.list(String.join(" UNION ALL ", probes), row -> row.getString(0)));
  }
}
