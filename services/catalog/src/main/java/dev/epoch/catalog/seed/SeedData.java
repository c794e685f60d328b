package dev.epoch.catalog.seed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.catalog.CatalogServer;
import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.store.Author;
import dev.epoch.catalog.store.Place;
import dev.epoch.events.Actor;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The furniture catalog: loaded where {@code LOAD_SEED_DATA=true}, if it is not there yet. */
@ApplicationScoped
public class SeedData {
  private static final String SYSTEM = "System";

  private final CatalogServer catalog;

  SeedData(CatalogServer catalog) {
    this.catalog = catalog;
  }

  /**
   * Loads it; a load that was ended half-way goes on.
   *
   * @return whether anything was loaded
   */
  public boolean load() {
    JsonNode seed = read();
    JsonNode database = seed.get("database");
    String id = database.get("id").textValue();
    Optional<LiveRepository> known =
        catalog.databases().list().stream().filter(each -> each.name().equals(id)).findFirst();
    LiveRepository repository =
        known.orElseGet(() ->
            catalog
                .databases()
                .create(
                    id,
                    database.get("name").textValue(),
                    database.get("description").textValue(),
                    author()));
    if (!repository.decides() || !repository.state().catalog().commits().isEmpty()) {
      return false;
    }
    Place place = Place.of(repository, repository.state(), null);
    catalog.changes().stage(place, author(), (_, _) -> changes(seed));
    catalog.changes().commit(place, "Initial commit", SYSTEM, author());
    return true;
  }

  /** Of one command. */
  private static Author author() {
    return new Author(Caller.allowed(new Actor(SYSTEM, SYSTEM, "")), SYSTEM);
  }

  private static List<Change> changes(JsonNode seed) {
    Audit audit = Audit.created(SYSTEM, Instant.now().truncatedTo(ChronoUnit.MILLIS));
    List<Change> changes = new ArrayList<>();
    seed.get("schema")
        .get("classes")
        .forEach(each -> changes.add(new Change.PutClass(ClassDef.create(each, audit))));
    seed.get("instances")
        .forEach(
            each -> changes.add(new Change.PutInstance(Instance.create(each, null, null, audit))));
    return changes;
  }

  private static JsonNode read() {
    try (InputStream in = SeedData.class.getResourceAsStream("furniture.json")) {
      return CatalogJson.read(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
