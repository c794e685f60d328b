package dev.epoch.events.command;

import dev.epoch.events.Digest;
import java.util.List;

/**
 * Keep what a configuration was solved to.
 *
 * @param artifact id, which tells its inputs
 * @param branchId id of the branch
 * @param commit commit that was solved, or null if there was none
 * @param payload chunks beside the log that hold it
 */
public record RecordCatalogArtifactV1(
    String artifact, String branchId, Digest commit, List<Digest> payload) implements Command {
  public RecordCatalogArtifactV1 {
    payload = List.copyOf(payload);
  }
}
