package dev.epoch.engine;

import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.engine.catalog.WorkingCommit;
import dev.epoch.events.Digest;
import dev.epoch.events.command.*;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** What clients do with the catalog of a repository. */
final class RandomCatalog {
  private static final List<String> IDS = List.of("feature", "other", "not an id");

  private final RandomClient client;

  RandomCatalog(RandomClient client) {
    this.client = client;
  }

  void step() {
    CatalogState catalog = client.state().catalog();
    if (!catalog.exists()) {
      client.send(
          new CreateCatalogV1("Shop", client.chance(2) ? null : "All", "main", client.chance(2)));
      return;
    }
    CatalogBranch branch = any(catalog);
    switch (client.random.nextInt(10)) {
      case 0 -> client.send(new DeleteCatalogV1(client.state().name()));
      case 1 ->
          client.send(
              new CreateCatalogBranchV1(
                  client.any(IDS), client.any(IDS), null, branch.id(), "alice"));
      case 2 ->
          client.send(
              new ChangeCatalogBranchV1(
                  branch.id(),
                  client.chance(2) ? null : client.any(IDS),
                  client.chance(2) ? null : "described",
                  client.chance(2) ? null : client.any(List.of("active", "archived", "lost"))));
      case 3 -> client.send(new DeleteCatalogBranchV1(branch.id(), client.chance(2)));
      case 4 -> client.send(new AbandonCatalogChangesV1(branch.id()));
      case 5 ->
          client.send(
              new RecordCatalogArtifactV1(
                  "artifact-" + client.random.nextInt(3),
                  branch.id(),
                  branch.head(),
                  List.of(digest())));
      case 6, 7 -> commit(catalog, branch);
      default -> stage(catalog, branch);
    }
  }

  private void stage(CatalogState catalog, CatalogBranch branch) {
    boolean starts = client.chance(4);
    client.send(
        new StageCatalogChangesV1(
            branch.id(),
            "alice",
            starts,
            starts ? 0 : 1,
            starts ? List.of() : List.of("class/class-chair"),
            starts ? List.of() : List.of(digest()),
            client.chance(8) ? 7 : chunks(catalog, branch)));
  }

  private void commit(CatalogState catalog, CatalogBranch branch) {
    String verb = client.any(List.of("commit", "merge", "rebase"));
    CatalogBranch source = verb.equals("commit") ? null : any(catalog);
    if (source != null && source.id().equals(branch.id())) {
      return;
    }
    client.send(
        new CommitCatalogV1(
            branch.id(),
            verb,
            client.chance(8) ? digest() : branch.head(),
            catalog.working(branch).map(WorkingCommit::id).orElse(null),
            chunks(catalog, branch),
            source == null ? null : source.id(),
            source == null ? null : source.head(),
            digest(),
            List.of(digest()),
            10,
            1,
            2,
            "message",
            "alice"));
  }

  private static int chunks(CatalogState catalog, CatalogBranch branch) {
    return catalog.working(branch).map(working -> working.payload().size()).orElse(0);
  }

  private Digest digest() {
    return Digest.of(String.valueOf(client.random.nextLong()).getBytes(StandardCharsets.UTF_8));
  }

  private CatalogBranch any(CatalogState catalog) {
    List<CatalogBranch> all =
        catalog.branches().values().stream()
            .sorted(Comparator.comparing(CatalogBranch::id))
            .toList();
    return all.get(client.random.nextInt(all.size()));
  }
}
