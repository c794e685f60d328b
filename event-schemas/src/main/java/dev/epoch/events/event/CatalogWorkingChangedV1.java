package dev.epoch.events.event;

import dev.epoch.events.Digest;
import java.util.List;

/**
 * Classes and instances changed in the working commit of a branch.
 *
 * @param branchId id of the branch
 * @param workingId id of the working commit
 * @param author who changes them
 * @param starts whether the working commit is to be made, and must not be there
 * @param count how many classes and instances change
 * @param entities the first of them: class/ID or instance/ID
 * @param payload chunks beside the log that hold the changes
 */
public record CatalogWorkingChangedV1(
    String branchId,
    String workingId,
    String author,
    boolean starts,
    long count,
    List<String> entities,
    List<Digest> payload)
    implements Event.OfCatalog {
  public CatalogWorkingChangedV1 {
    entities = List.copyOf(entities);
    payload = List.copyOf(payload);
  }
}
