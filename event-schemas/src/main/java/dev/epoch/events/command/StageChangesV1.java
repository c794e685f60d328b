package dev.epoch.events.command;

import java.util.List;

/**
 * Choose tables for the next commit.
 *
 * @param branch name
 * @param tables names
 */
public record StageChangesV1(String branch, List<String> tables) implements Command {
  public StageChangesV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
  }
}
