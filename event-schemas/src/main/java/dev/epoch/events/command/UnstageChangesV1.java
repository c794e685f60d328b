package dev.epoch.events.command;

import java.util.List;

/**
 * Choose tables no more.
 *
 * @param branch name
 * @param tables names, empty for all
 */
public record UnstageChangesV1(String branch, List<String> tables) implements Command {
  public UnstageChangesV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
  }
}
