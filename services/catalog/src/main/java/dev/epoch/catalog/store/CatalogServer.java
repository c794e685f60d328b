package dev.epoch.catalog.store;

import dev.epoch.gateway.VersioningServer;
import jakarta.enterprise.context.ApplicationScoped;

/** Everything that the catalog needs, put together. Methods block; call them on virtual threads. */
@ApplicationScoped
public class CatalogServer {
  private final ContentStore store;
  private final CatalogDatabases databases;
  private final CatalogChanges changes;
  private final CatalogMerges merges;

  /** For the proxy. */
  protected CatalogServer() {
    this.store = null;
    this.databases = null;
    this.changes = null;
    this.merges = null;
  }

  @jakarta.inject.Inject
  public CatalogServer(VersioningServer server) {
    this.store = new ContentStore(server.chunks());
    this.databases = new CatalogDatabases(server);
    this.changes = new CatalogChanges(server, store);
    this.merges = new CatalogMerges(server, store, changes);
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
}
