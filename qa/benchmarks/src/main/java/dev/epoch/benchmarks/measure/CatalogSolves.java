package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.util.ArrayList;
import java.util.List;

/** Configurations of catalogs whose instances are rows of a table. */
public final class CatalogSolves implements Measure {
  private static final int RELATIONSHIPS = 200;
  private static final int SMALL = 1_000;
  private static final int LARGE = 10_000;

  @Override
  public String id() {
    return "catalog";
  }

  @Override
  public String description() {
    return "the best configuration of many instances, and the view of a working commit of them";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    List<Figure> figures = new ArrayList<>();
    Repository small = catalog(workbench, "catalog_small", SMALL, RELATIONSHIPS);
    figures.add(
        time(
            workbench,
            small,
            "solve, %,d instances, %d relationships".formatted(SMALL, RELATIONSHIPS),
            Goal.atMost(1_000, 500),
            "/instances/product/query?price=-1"));
    Repository large = catalog(workbench, "catalog_large", LARGE, 1);
    figures.add(
        time(
            workbench,
            large,
            "solve, %,d binary domains".formatted(LARGE),
            Goal.atMost(10_000, 2_000),
            "/instances/product/query?price=-1"));
    large
        .api()
        .post(
            path(large, "/instances"),
            "{\"id\": \"another\", \"class\": \"class-item\", \"properties\": {\"id\": 0, \"price\": 1}}");
    figures.add(
        time(
            workbench,
            large,
            "view of a working commit, %,d instances".formatted(LARGE),
            Goal.atMost(200, 100),
            "/working-commit"));
    return figures;
  }

  private static String path(Repository repository, String rest) {
    return "/databases/" + repository.name() + rest;
  }

  /** A product that takes items by each of its relationships. */
  private static Repository catalog(Workbench workbench, String name, int items, int relationships)
      throws Exception {
    Repository repository =
        workbench.repository(
            name,
            "CREATE TABLE item (id integer PRIMARY KEY, price numeric NOT NULL)",
            "INSERT INTO item SELECT i, 1 + i * 7919 %% 997 FROM generate_series(1, %d) i"
                .formatted(items));
    repository.register("item");
    Api api = repository.api();
    api.post("/databases", Api.json("id", name, "name", name));
    api.post(
        path(repository, "/schema/classes/from-table"), Api.json("table", "item", "ref", "main"));
    List<String> each = new ArrayList<>();
    for (int i = 0; i < relationships; i++) {
      each.add(
          "{\"id\": \"r%1$d\", \"name\": \"r%1$d\", \"targets\": [\"class-item\"], \"quantifier\": {\"AtLeast\": %2$d}, \"default_pool\": \"All\"}"
              .formatted(i, 1 + i % 5));
    }
    api.post(
        path(repository, "/schema/classes"),
        "{\"name\": \"Product\", \"properties\": [], \"derived\": [], \"relationships\": [%s]}"
            .formatted(String.join(", ", each)));
    api.post(path(repository, "/instances"), Api.json("id", "product", "class", "class-product"));
    api.post(path(repository, "/working-commit/commit"), Api.json("message", "all"));
    return repository;
  }

  private Figure time(
      Workbench workbench, Repository repository, String variant, Goal goal, String path)
      throws Exception {
    Operation raw =
        () -> repository.database().execute("SELECT id, price FROM item ORDER BY price");
    Operation measured = () -> repository.api().get(path(repository, path));
    return Figure.time(id(), variant, goal, workbench.scale().costly().run(raw, measured))
        .note("raw reads the table in the order of the price");
  }
}
