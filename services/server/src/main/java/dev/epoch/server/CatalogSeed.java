package dev.epoch.server;

import dev.epoch.catalog.seed.SeedData;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Loads the furniture catalog where {@code LOAD_SEED_DATA=true} asks for it. */
@ApplicationScoped
class CatalogSeed {
  private static final Logger LOG = Logger.getLogger(CatalogSeed.class);

  private final SeedData seed;
  private final boolean wanted;

  CatalogSeed(SeedData seed, @ConfigProperty(name = "epoch.catalog.seed") boolean wanted) {
    this.seed = seed;
    this.wanted = wanted;
  }

  void load(@Observes ServerStarted started) {
    if (wanted && seed.load()) {
      LOG.info("The catalog furniture_catalog is loaded");
    }
  }
}
