package dev.epoch.events.command;

import dev.epoch.events.Digest;
import java.util.List;

/**
 * Change classes and instances in the working commit of a branch, which is made if there is none.
 *
 * @param branchId id of the branch
 * @param author who changes them
 * @param starts whether the working commit is to be made, and must not be there
 * @param count how many classes and instances change
 * @param entities the first of them: class/ID or instance/ID
 * @param payload chunks beside the log that hold the changes
 * @param earlier how many chunks the working commit has that the changes were made on
 */
public record StageCatalogChangesV1(
    String branchId,
    String author,
    boolean starts,
    long count,
    List<String> entities,
    List<Digest> payload,
    long earlier)
    implements Command {
  public StageCatalogChangesV1 {
    entities = List.copyOf(entities);
    payload = List.copyOf(payload);
  }
}
