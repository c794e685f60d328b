package dev.epoch.cli.command.diff;

import dev.epoch.client.EpochClient;
import dev.epoch.client.RefusedException;
import dev.epoch.client.commit.TableChange;
import dev.epoch.client.record.Diff;
import dev.epoch.client.record.Diffs;
import java.util.List;
import java.util.Objects;

/** Looks up what changed in the schema of tables whose schema did change. */
public final class SchemaChanges {

  private final EpochClient client;
  private final Diffs.Range range;

  public SchemaChanges(EpochClient client, Diffs.Range range) {
    this.client = Objects.requireNonNull(client, "client");
    this.range = Objects.requireNonNull(range, "range");
  }

  /** The changes; none for a table that came or went, or where the server cannot tell. */
  public List<Diff.SchemaChange> of(TableChange change) {
    if (!change.schemaChanged() || change.kind() != TableChange.Kind.MODIFIED) {
      return List.of();
    }
    return of(change.table(), change.table());
  }

  /** Views, functions and types that differ between two commits, as far as these tell them. */
  public List<Diff.SchemaChange> ofObjects() {
    return range.working() ? List.of() : of(null, "");
  }

  private List<Diff.SchemaChange> of(String asked, String owner) {
    try {
      return client.diffs().schema(asked, range).stream()
          .filter(item -> item.table().equals(owner))
          .toList();
    } catch (RefusedException refusal) {
      if (refusal.status() == 404) {
        return List.of();
      }
      throw refusal;
    }
  }
}
