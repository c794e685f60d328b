package dev.epoch.events.event;

import dev.epoch.events.Digest;
import java.util.List;

/**
 * What a configuration was solved to is kept.
 *
 * @param artifact id, which tells its inputs
 * @param branchId id of the branch
 * @param commit commit that was solved, or null if there was none
 * @param payload chunks beside the log that hold it
 */
public record CatalogArtifactSolvedV1(
    String artifact, String branchId, Digest commit, List<Digest> payload)
    implements Event.OfCatalog {
  public CatalogArtifactSolvedV1 {
    payload = List.copyOf(payload);
  }
}
