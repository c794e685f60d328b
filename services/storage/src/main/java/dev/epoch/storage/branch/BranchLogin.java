package dev.epoch.storage.branch;

import java.util.List;
import java.util.Map;

/**
 * How a connection of a client stands on a branch from its start, and whatever the client resets.
 *
 * @param parameters that it begins with, in place of what the client gives under these names
 * @param check a statement with one row, which is sent when the client has logged in; empty: none
 * @param expected texts of that row if the connection stands as it should
 */
public record BranchLogin(Map<String, String> parameters, String check, List<String> expected) {
  /** The connection begins as the client says. */
  public static final BranchLogin AS_GIVEN = new BranchLogin(Map.of(), "", List.of());

  public BranchLogin {
    parameters = Map.copyOf(parameters);
    expected = List.copyOf(expected);
  }
}
