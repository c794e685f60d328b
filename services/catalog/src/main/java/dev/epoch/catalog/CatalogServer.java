package dev.epoch.catalog;

import dev.epoch.catalog.solve.CatalogSolves;
import dev.epoch.catalog.solve.CpSatSolver;
import dev.epoch.catalog.store.CatalogChanges;
import dev.epoch.catalog.store.CatalogDatabases;
import dev.epoch.catalog.store.CatalogMerges;
import dev.epoch.catalog.store.ContentStore;
import dev.epoch.gateway.VersioningServer;
import jakarta.enterprise.context.ApplicationScoped;

/** Everything that the catalog needs, put together. Methods block; call them on virtual threads. */
@ApplicationScoped
public class CatalogServer {
  private final ContentStore store;
  private final CatalogDatabases databases;
  private final CatalogChanges changes;
  private final CatalogMerges merges;
  private final CatalogSolves solves;

  /** For the proxy. */
  protected CatalogServer() {
    this.store = null;
    this.databases = null;
    this.changes = null;
    this.merges = null;
    this.solves = null;
  }

  @jakarta.inject.Inject
  public CatalogServer(VersioningServer server) {
    this.store = new ContentStore(server.chunks());
    this.databases = new CatalogDatabases(server);
    this.changes = new CatalogChanges(server, store);
    this.merges = new CatalogMerges(server, store, changes);
    this.solves = new CatalogSolves(store, new CpSatSolver());
  }

  public ContentStore store() {
    return store;
  }

  public CatalogDatabases databases() {
    return databases;
  }

  public CatalogChanges changes() {
    return changes;
  }

  public CatalogMerges merges() {
    return merges;
  }

  public CatalogSolves solves() {
    return solves;
  }
}
