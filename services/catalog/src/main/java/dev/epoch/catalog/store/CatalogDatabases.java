package dev.epoch.catalog.store;

import dev.epoch.catalog.model.Slug;
import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.events.RecordType;
import dev.epoch.events.command.ChangeCatalogBranchV1;
import dev.epoch.events.command.CreateCatalogBranchV1;
import dev.epoch.events.command.CreateCatalogV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.DeleteCatalogBranchV1;
import dev.epoch.events.command.DeleteCatalogV1;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import java.util.List;
import java.util.Optional;

/** Databases and their branches. A database is the catalog of the repository of its name. */
public final class CatalogDatabases {
  private final VersioningServer server;

  public CatalogDatabases(VersioningServer server) {
    this.server = server;
  }

  /** Those that exist, by id. */
  public List<LiveRepository> list() {
    return server.repositories().list().stream()
        .filter(repository -> repository.state().catalog().exists())
        .toList();
  }

  /**
   * The database of this id.
   *
   * @throws CatalogException if there is none
   */
  public LiveRepository get(String id) {
    return find(id)
        .filter(repository -> repository.state().catalog().exists())
        .orElseThrow(() -> CatalogException.notFound("Database", id));
  }

  private Optional<LiveRepository> find(String id) {
    try {
      return Optional.of(server.repositories().get(id));
    } catch (RefusedException unknown) {
      return Optional.empty();
    }
  }

  /**
   * Creates a database, and the repository if there is none of its name.
   *
   * @param id null for one made from the name
   */
  public LiveRepository create(String id, String name, String description, Author author) {
    String chosen = id == null ? Slug.of(name) : id;
    boolean isNew = find(chosen).isEmpty();
    if (isNew) {
      try {
        server
            .repositories()
            .createUnopened(
                new CreateRepositoryV1(chosen, description == null ? name : description, null),
                beside(author));
      } catch (RefusedException raced) {
        if (find(chosen).isEmpty()) {
          throw raced;
        }
      }
    }
    LiveRepository repository = server.repositories().get(chosen);
    repository
        .step(new CreateCatalogV1(name, description, "main", isNew), author.caller())
        .orRefuse();
    return repository;
  }

  /** For a command that comes with another one of the same request: nobody asks for its outcome. */
  private static Caller beside(Author author) {
    return author.caller().another();
  }

  /** Deletes an empty database, and its repository if that was made for it. */
  public void delete(LiveRepository repository, Author author) {
    boolean goes =
        repository.state().catalog().ownsRepository()
            && repository.state().tables().idByName().isEmpty();
    repository.step(new DeleteCatalogV1(repository.name()), author.caller()).orRefuse();
    if (goes) {
      server.repositories().delete(repository.name(), beside(author));
    }
  }

  /**
   * What to create.
   *
   * @param id null for one made from the name
   * @param parent id or name, null for the default branch
   * @param author null for whoever asks
   */
  public record NewBranch(
      String id, String name, String description, String parent, String author) {}

  public CatalogBranch createBranch(LiveRepository repository, NewBranch branch, Author author) {
    Place parent = Place.of(repository, repository.state(), branch.parent());
    StepResult created =
        repository
            .step(
                new CreateCatalogBranchV1(
                    branch.id() == null ? Slug.of(branch.name()) : branch.id(),
                    branch.name(),
                    branch.description(),
                    parent.branch().id(),
                    author.named(branch.author())),
                author.caller())
            .orRefuse();
    String id =
        created
            .formerFacts()
            .getOrDefault("branch", branch.id() == null ? Slug.of(branch.name()) : branch.id());
    return Place.of(repository, created.state(), id).branch();
  }

  /** Changes name, description or status; nulls stay as they are. */
  public CatalogBranch changeBranch(
      LiveRepository repository,
      String branch,
      String name,
      String description,
      String status,
      Author author) {
    String id = Place.of(repository, repository.state(), branch).branch().id();
    StepResult changed =
        repository
            .step(new ChangeCatalogBranchV1(id, name, description, status), author.caller())
            .orRefuse();
    return Place.of(repository, changed.state(), id).branch();
  }

  public void deleteBranch(LiveRepository repository, String branch, boolean force, Author author) {
    if (StepResult.former(repository.state(), RecordType.DELETE_CATALOG_BRANCH_V1, author.caller())
        .isPresent()) {
      return;
    }
    CatalogBranch found = Place.of(repository, repository.state(), branch).branch();
    Gate.pass(
        server,
        Place.of(repository, repository.state(), branch),
        new Gate.Change("pre-branch-delete", null, null, null),
        RecordType.DELETE_CATALOG_BRANCH_V1,
        author.caller());
    repository.step(new DeleteCatalogBranchV1(found.id(), force), author.caller()).orRefuse();
  }
}
