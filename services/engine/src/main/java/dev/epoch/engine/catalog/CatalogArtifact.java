package dev.epoch.engine.catalog;

import dev.epoch.events.Digest;
import java.time.Instant;
import java.util.List;

/**
 * What a configuration was solved to.
 *
 * @param id which tells its inputs
 * @param branchId branch that was solved
 * @param commit that was solved, null if there was none
 * @param payload chunks that hold it
 * @param createdAt when it was solved first
 */
public record CatalogArtifact(
    String id, String branchId, Digest commit, List<Digest> payload, Instant createdAt) {
  public CatalogArtifact {
    payload = List.copyOf(payload);
  }
}
